/// A member of the `due` set that someone put there with redis-cli, and what it comes to.
struct RawMember: Sendable {
    /// The member's bytes.
    var member: [UInt8]
    /// A command that puts something beside it.
    var command: [String] = []
    /// The Id that it is listed with; `nil` for one that is made for it.
    var id: String?
    var error: String
    var cause: String

    init(_ member: String, _ command: String..., id: String? = nil, error: String, cause: String) {
        self.init(Array(member.utf8), command, id: id, error: error, cause: cause)
    }

    init(_ member: [UInt8], _ command: [String] = [], id: String? = nil, error: String, cause: String) {
        self.member = member
        self.command = command
        self.id = id
        self.error = error
        self.cause = cause
    }

    private static func missing(_ id: String) -> String {
        "The due set had this member, but there is neither an execution nor an item '\(id)' in the table 'items'."
    }

    static let all: [RawMember] = [
        RawMember("bare", id: "bare", error: "Waitable.ItemMissing", cause: missing("bare")),
        RawMember("a blank", id: "a blank", error: "Waitable.ItemMissing", cause: missing("a blank")),
        RawMember(
            Array("bytes".utf8) + [0xFF, 0xFE],
            id: "bytes\u{FFFD}\u{FFFD}",
            error: "Waitable.ItemMissing",
            cause: missing("bytes\u{FFFD}\u{FFFD}")
        ),
        RawMember(
            "waitable-stepfunction:document",
            "HSET",
            "waitable:{0}:executions",
            "waitable-stepfunction:document",
            "{nonsense",
            id: "document",
            error: "Waitable.DocumentUnreadable",
            cause:
                "the document of waitable-stepfunction:document is not a JSON object: line 1, column 3"
        ),
        RawMember(
            "text",
            "SET",
            "waitable:{0}:item:items:text",
            "x",
            id: "text",
            error: "Waitable.ItemMissing",
            cause: missing("text")
        ),
        RawMember(
            "orders:1",
            id: "1",
            error: "Waitable.NotAdopted",
            cause: "the member 'orders:1' of the due set cannot be adopted: no state machine is deployed for it"
        ),
        RawMember(
            "",
            error: "Waitable.NotAdopted",
            cause: "the member '' of the due set cannot be adopted: it must not be empty"
        ),
        RawMember(
            String(repeating: "m", count: 1_025),
            error: "Waitable.NotAdopted",
            cause:
                "the member '\(String(repeating: "m", count: 128))…' of the due set cannot be adopted: with its state "
                + "machine's name it must have at most 1024 bytes"
        ),
    ]
}
