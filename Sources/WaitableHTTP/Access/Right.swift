/// What a caller may do. Rights are independent: `manage` alone does not let anyone read.
package enum Right: String, Sendable, CaseIterable {
    /// Start items and executions.
    case start
    /// See items, executions, machines and counts.
    case read
    /// Change what runs: stop, reschedule, redrive, pause, and everything that is neither a start nor a look.
    case manage

    /// Reads `start,read`: names with commas between them, each once.
    ///
    /// - Returns: `nil` where a name is unknown or repeated, or there is none.
    package static func set(_ text: some StringProtocol) -> Set<Right>? {
        let names = text.split(separator: ",", omittingEmptySubsequences: false)
        let rights = Set(names.compactMap { Right(rawValue: String($0)) })
        return rights.count == names.count ? rights : nil
    }

    /// The rule for such a text, for people.
    package static let rule = "one or more of start, read and manage, with commas between them"
}

extension Set<Right> {
    /// `start,read`
    package var text: String { Right.allCases.filter(contains).map(\.rawValue).joined(separator: ",") }
}
