import Testing

/// A key of Waitable's that holds something of another type, and what a start of the item `x` gets then.
struct WrongType: Sendable, CustomTestStringConvertible {
    /// The command that puts it there.
    var command: [String]
    /// The message of the refused start.
    var message: String

    var testDescription: String { command.joined(separator: " ") }

    private static let prefix = "waitable:{0}"
    private static let error = "WRONGTYPE Operation against a key holding the wrong kind of value"
    private static let refused = "Redis refused the item's writes, and nothing was started: " + error

    static let all = [
        WrongType(command: ["SET", "\(prefix):due", "text"], message: error),
        WrongType(command: ["SET", "\(prefix):closed", "text"], message: error),
        WrongType(command: ["SET", "\(prefix):paused", "text"], message: error),
        WrongType(command: ["RPUSH", "\(prefix):executions", "text"], message: error),
        WrongType(command: ["SET", "\(prefix):item:items:x", "text"], message: refused),
        WrongType(command: ["RPUSH", "\(prefix):item:items:x", "text"], message: refused),
    ]
}
