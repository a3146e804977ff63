package import StatesLanguage

/// Makes an execution's steps again from its journal, and compares what they came to with its document.
///
/// Steps are pure, so the two differ only where something was lost, written by another hand, or committed before its time.
package struct ReplayCheck: Sendable {
    /// How a document and its journal differ.
    package enum Difference: Sendable, Equatable {
        /// The document is beyond a wait that the journal does not leave.
        case leftWait(until: Instant)
        /// Anything else, as the rest of a sentence.
        case other(String)
    }

    private let execution: Execution
    private var replay: ExecutionReplay
    private var last: Execution?
    private var pending: Instant?
    /// By how many ms each wait was left after its end, in order.
    package private(set) var latenesses: [Int64] = []
    /// The last instant that the last step took for passed; `nil` for none.
    package private(set) var passed: Instant?

    /// A check that the journal's entries are to be given to, in order.
    ///
    /// - Parameters:
    ///   - execution: As its document says.
    ///   - runner: With the revision that the execution started with.
    package init(of execution: Execution, runner: ExecutionRunner) {
        self.execution = execution
        replay = ExecutionReplay(of: execution, runner: runner)
    }

    /// Makes the next step again.
    ///
    /// - Parameter allowance: The units of work with which it breaks off. Where it has used as many, the check is of no more use.
    /// - Throws: `JSONError` where the execution's input is not JSON.
    /// - Returns: The units of work that it has used.
    @discardableResult
    package mutating func take(_ entry: JournalEntry, within allowance: Int = .max) throws(JSONError) -> Int {
        let messages = entry.messages
        // One that is moved into the past is due when it is moved.
        if pending != nil, let moved = messages.rescheduledTo { pending = max(moved, messages.rescheduledAt ?? moved) }
        let made = try replay.make(entry, .nothing, within: allowance).made
        if let pending, pending <= entry.instant {
            latenesses.append(entry.instant.milliseconds - pending.milliseconds)
        }
        let isOpen = made.execution.status.isOpen
        pending = isOpen ? made.execution.flow?.waitEnd : nil
        passed = made.passed
        last = made.execution
        return made.work
    }

    /// How the document differs from what the entries came to; `nil` where it does not, or where there were no entries.
    package var difference: Difference? {
        guard let last else { return nil }
        let closing = execution.messages.closing
        let status = closing?.status ?? execution.status
        // A stop writes no entry.
        let expected: ExecutionStatus = status == .aborted ? .running : status
        if last.status != expected {
            if last.status.isOpen, let end = last.flow?.waitEnd { return .leftWait(until: end) }
            return .other("is \(status.rawValue), and its journal ends \(last.status.rawValue)")
        }
        if !Self.isSame(last.flow, execution.flow, since: execution.startDate) {
            if let end = last.flow?.waitEnd, execution.flow?.waitEnd != end { return .leftWait(until: end) }
            return .other("does not stand where its journal ends")
        }
        guard !expected.isOpen else { return nil }
        if (closing?.failure ?? execution.failure) != last.failure {
            return .other("has another failure than its journal")
        }
        if execution.output != last.output { return .other("has another output than its journal") }
        return nil
    }

    private static func isSame(_ one: Flow?, _ other: Flow?, since start: Instant) -> Bool {
        if one == other { return true }
        guard let one, let other else { return false }
        return one.json(since: start) == other.json(since: start)
    }
}
