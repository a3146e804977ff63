package import StatesLanguage

/// A start of the waitable pattern: an item that waits until its moment.
///
/// Its body is `{"StartTimestamp": …, "Id"?: …, "stateMachine"?: …, "durability"?: …}`. The same rules hold in the function
/// `waitable_start`, which has no `durability`: who calls it can send `WAIT` after it.
package struct ItemStart: Sendable, Equatable {
    /// The item's Id, which is the execution's name.
    package var id: String
    /// The instant, as the caller wrote it.
    package var startTimestamp: String
    /// The state machine's name; `nil` for the default one.
    package var stateMachine: String?
    /// How safe it has to be, as the caller wrote it; `nil` where the line does not say it.
    package var durability: String?

    /// Checks a body.
    ///
    /// - Parameters:
    ///   - body: The body's bytes.
    ///   - makeID: Makes an Id where the body has none.
    package init(body: ArraySlice<UInt8>, makeID: () -> String) throws(FieldError) {
        let json: JSON
        do {
            json = try JSON(parsing: body)
        } catch {
            throw FieldError(
                field: "body",
                rule: "must be JSON (\(error))",
                value: String(decoding: body, as: UTF8.self)
            )
        }
        try self.init(json: json, makeID: makeID)
    }

    /// Checks a body.
    ///
    /// - Parameters:
    ///   - json: The body.
    ///   - makeID: Makes an Id where the body has none.
    package init(json: JSON, makeID: () -> String) throws(FieldError) {
        guard let body = json.objectValue else {
            throw FieldError(field: "body", rule: "must be a JSON object", value: json.text)
        }
        for (name, value) in body where !["StartTimestamp", "Id", "stateMachine", "durability"].contains(name) {
            throw FieldError(
                field: name,
                rule: "must not be there: only StartTimestamp, Id, stateMachine and durability are",
                value: value.text
            )
        }
        guard let timestamp = body["StartTimestamp"] else {
            throw FieldError(field: "StartTimestamp", rule: "must be given", value: nil)
        }
        startTimestamp = timestamp.stringValue ?? timestamp.text
        _ = try Instant(startTimestamp, field: "StartTimestamp")
        id = try Self.name("Id", in: body) ?? makeID()
        stateMachine = try Self.name("stateMachine", in: body)
        durability = try Self.text("durability", in: body)
    }

    private static func name(_ field: String, in body: JSONObject) throws(FieldError) -> String? {
        guard let text = try text(field, in: body) else { return nil }
        if let problem = ResourceName.problem(with: text) {
            throw FieldError(field: field, rule: problem, value: text)
        }
        return text
    }

    private static func text(_ field: String, in body: JSONObject) throws(FieldError) -> String? {
        guard let value = body[field] else { return nil }
        guard case .string(let text) = value else {
            throw FieldError(field: field, rule: "must be a string", value: value.text)
        }
        return text
    }

    /// Checks the instant against the present: a wait has its limit, and the execution would fail at once.
    package func check(at now: Instant) throws(FieldError) {
        guard let instant = Instant(iso8601: startTimestamp),
            instant > now.adding(milliseconds: WaitLimit.milliseconds)
        else { return }
        throw FieldError(field: "StartTimestamp", rule: "must be at most 24855 days ahead", value: startTimestamp)
    }

    /// The execution's input: the same text for the same start, so that a repeated one is recognised.
    package var input: String {
        JSON.object(["Id": .string(id), "StartTimestamp": .string(startTimestamp)]).text
    }
}
