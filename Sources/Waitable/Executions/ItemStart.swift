public import StatesLanguage

/// A start of the waitable pattern: an item that waits until its moment.
///
/// Its body is `{"StartTimestamp": …, "Id"?: …}`. The same rules hold in the function `waitable_start`.
public struct ItemStart: Sendable, Equatable {
    /// The item's Id, which is the execution's name.
    public var id: String
    /// The instant, as the caller wrote it.
    public var startTimestamp: String

    /// Checks a body.
    ///
    /// - Parameters:
    ///   - json: The body.
    ///   - makeID: Makes an Id where the body has none.
    public init(json: JSON, makeID: () -> String) throws(FieldError) {
        guard let body = json.objectValue else {
            throw FieldError(field: "body", rule: "must be a JSON object", value: json.text)
        }
        for (name, value) in body where name != "StartTimestamp" && name != "Id" {
            throw FieldError(field: name, rule: "must not be there: only StartTimestamp and Id are", value: value.text)
        }
        guard let timestamp = body["StartTimestamp"] else {
            throw FieldError(field: "StartTimestamp", rule: "must be given", value: nil)
        }
        guard let text = timestamp.stringValue, Instant(iso8601: text) != nil else {
            throw FieldError(
                field: "StartTimestamp",
                rule: "must be an ISO 8601 instant with 'T' and an offset or 'Z', such as 2026-01-31T09:30:00Z",
                value: timestamp.stringValue ?? timestamp.text
            )
        }
        startTimestamp = text
        switch body["Id"] {
        case nil:
            id = makeID()
        case .string(let text):
            if let problem = ResourceName.problem(with: text) {
                throw FieldError(field: "Id", rule: problem, value: text)
            }
            id = text
        case let other?:
            throw FieldError(field: "Id", rule: "must be a string", value: other.text)
        }
    }

    /// The execution's input: the same text for the same start, so that a repeated one is recognised.
    public var input: String {
        JSON.object(["Id": .string(id), "StartTimestamp": .string(startTimestamp)]).text
    }
}
