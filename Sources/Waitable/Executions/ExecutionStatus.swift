/// Where an execution stands, in the words of the Step Functions API.
package enum ExecutionStatus: String, Sendable, CaseIterable {
    case running = "RUNNING"
    case succeeded = "SUCCEEDED"
    case failed = "FAILED"
    case timedOut = "TIMED_OUT"
    case aborted = "ABORTED"

    /// Whether the execution still has something to do.
    package var isOpen: Bool { self == .running }

    /// The letter that stands for the status at the head of a document.
    var code: String { String(rawValue.prefix(1)) }

    /// The status that a letter stands for.
    package init?(code: String) {
        guard let status = Self.allCases.first(where: { $0.code == code }) else { return nil }
        self = status
    }
}
