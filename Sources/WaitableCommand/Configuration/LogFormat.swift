/// How a process writes its log.
enum LogFormat: String, Sendable {
    /// For people.
    case text
    /// For what collects logs: one object a line.
    case json
}
