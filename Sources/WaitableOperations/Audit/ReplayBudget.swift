import Synchronization

/// What an audit may spend on making executions again: something for each, and a store that those take from who need more. So a
/// namespace of executions that took long takes an audit no longer than its size explains.
package final class ReplayBudget: Sendable {
    /// Units of work that each execution has: see `WorkBudget`.
    private static let each = 500
    private let store: Mutex<Int>

    /// A budget with a full store.
    ///
    /// - Parameter store: Units of work; the usual ones take a processor some ten seconds.
    package init(store: Int = 50_000_000) { self.store = Mutex(store) }

    /// What is left in the store, in units of work.
    package var left: Int { store.withLock { $0 } }

    /// One execution's part of it.
    struct Share {
        private let budget: ReplayBudget
        private var own = ReplayBudget.each

        fileprivate init(of budget: ReplayBudget) { self.budget = budget }

        /// The units that its next step may use; 0 for none.
        var allowance: Int { max(own, budget.left) }

        /// Notes what a step has used.
        mutating func spend(_ units: Int) {
            let beyond = max(0, units - own)
            own = max(0, own - units)
            if beyond > 0 { budget.store.withLock { $0 = max(0, $0 - beyond) } }
        }
    }

    /// The part of the next execution.
    var share: Share { Share(of: self) }
}
