import Waitable

extension ResourceName {
    /// Says what is wrong with the name of a state machine that is looked at: that of the items of a map run is
    /// `machine/label`.
    ///
    /// - Returns: The broken rule as the rest of a sentence, or `nil` for a valid name.
    static func problem(withMachine name: String) -> String? {
        for part in name.split(separator: "/", omittingEmptySubsequences: false) {
            if let problem = problem(with: String(part)) { return problem }
        }
        return nil
    }
}
