import Synchronization

/// Somebody who waits for an answer, and may go before it comes.
package final class WaitingClient: Sendable {
    private struct State {
        var isGone = false
        var onGone: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// One who waits.
    package init() {}

    /// Whether the answer would reach nobody.
    package var isGone: Bool { state.withLock { $0.isGone } }

    /// The client has gone.
    package func leave() {
        let action = state.withLock { state in
            state.isGone = true
            defer { state.onGone = nil }
            return state.onGone
        }
        action?()
    }

    /// What to do, once, when the client goes; at once where it has gone. Takes the place of what was to be done before.
    package func onGone(_ action: @Sendable @escaping () -> Void) {
        let isGone = state.withLock { state in
            if !state.isGone { state.onGone = action }
            return state.isGone
        }
        if isGone { action() }
    }
}
