/// What an audit counts on its way.
struct AuditCounts {
    var executions = 0
    var closed = 0
    var replayed = 0
    var notReplayed = 0
    /// Those of ``notReplayed`` for which there was not enough work.
    var tooLong = 0
    var latenesses: [Int64] = []

    mutating func add(_ others: AuditCounts) {
        executions += others.executions
        closed += others.closed
        replayed += others.replayed
        notReplayed += others.notReplayed
        tooLong += others.tooLong
        latenesses += others.latenesses
    }
}
