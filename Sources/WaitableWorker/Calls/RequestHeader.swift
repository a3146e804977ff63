import Waitable

/// A header that a definition gives to a request.
struct RequestHeader: Sendable, Hashable {
    let name: String
    let value: String

    /// A header.
    ///
    /// - Throws: Where it is none, or one of those that say who is called and where a request ends: the worker alone sets
    ///   them.
    init(_ name: String, _ value: String) throws(FieldError) {
        guard !name.isEmpty, name.utf8.allSatisfy({ $0.isASCIIAlphanumeric || "!#$%&'*+-.^_`|~".utf8.contains($0) })
        else {
            throw FieldError(
                field: "Headers",
                rule: "must have names of letters, digits and !#$%&'*+-.^_`|~",
                value: name
            )
        }
        let lower = name.lowercased()
        guard !Self.own.contains(lower), !lower.hasPrefix("proxy-") else {
            throw FieldError(field: "Headers", rule: "must have none that the worker sets itself", value: name)
        }
        guard value.utf8.allSatisfy({ $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }) else {
            throw FieldError(field: "Headers.\(name)", rule: "must not have control characters", value: value)
        }
        self.name = name
        self.value = value
    }

    private static let own: Set<Spelling> = [
        "connection", "content-length", "expect", "host", "http2-settings", "keep-alive", "te", "trailer",
        "transfer-encoding", "upgrade",
    ]
}
