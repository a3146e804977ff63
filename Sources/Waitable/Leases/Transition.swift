package import StatesLanguage

/// One execution's part of an atomic commit: its new document, what it writes to items, and when it is due next. A class, since
/// what looks at it, and sends it, hands it around.
package final class Transition: Sendable {
    /// The execution.
    package let key: ExecutionKey
    /// What becomes of its place in the `due` set.
    package let next: Next
    /// The new document.
    package let document: [UInt8]
    /// What becomes of the list that has what the document's journal has no room for.
    package let listing: Listing
    /// What else is done, in order.
    package let effects: [Effect]
    /// The last instant that its step took for passed; `nil` for none. By Redis's clock too it must have passed.
    package let passed: Instant?
    /// The hash of the revision that the execution runs.
    package let revision: String

    /// The size of the document that it replaces, in bytes; 0 for none.
    package let replacedBytes: Int

    /// To how many bytes a running execution's document may grow in a full Redis, and by how many bytes its end may add to
    /// what is there: so all executions together take little more.
    private static let fullGrowth = 1_024

    /// Whether it takes more memory than there was, for which a full Redis has no room. What ends an execution does not,
    /// but for what is large, or new: items, messages, other executions.
    package var grows: Bool {
        if makesNew { return true }
        var written = effects.reduce(0) { $0 + $1.writtenBytes }
        if case .element(let text) = listing { written += text.utf8.count }
        if next == .closed { return document.count + written > replacedBytes + Self.fullGrowth }
        return written > 0 || document.count > max(replacedBytes, Self.fullGrowth)
    }

    /// Whether it makes something new: an item, an execution, a task or a message. That waits above the high-water mark.
    package var makesNew: Bool { effects.contains { $0.makesNew } }

    /// A transition from its parts.
    package init(
        key: ExecutionKey,
        revision: String,
        next: Next,
        document: [UInt8],
        listing: Listing,
        effects: [Effect],
        passed: Instant? = nil,
        replacedBytes: Int = 0
    ) {
        self.key = key
        self.revision = revision
        self.next = next
        self.document = document
        self.listing = listing
        self.effects = effects
        self.passed = passed
        self.replacedBytes = replacedBytes
    }

    /// What becomes of the list beside the document.
    package enum Listing: Sendable, Hashable {
        /// Nothing, as nothing ran: a start that a worker has to begin.
        case unbegun
        /// Nothing: the document keeps all that is kept.
        case unchanged
        /// It gets another element.
        case element(String)
        /// It goes.
        case removed
    }

    /// The place in the `due` set after the commit.
    package enum Next: Sendable, Hashable {
        /// Waiting until an instant.
        case due(Instant)
        /// Waiting for answers, at most until an instant; `nil` for however long it takes.
        case answered(by: Instant?)
        /// Closed: it leaves the set.
        case closed
        /// Still held under the lease, because the worker goes on with it at once.
        case leased
    }
}

/// What became of one transition of a commit.
package enum CommitResult: Sendable, Equatable {
    /// It was applied.
    case applied(outcomes: [JSON])
    /// The lease had been lost; nothing was applied.
    case refused
    /// An earlier try of this very commit had been applied; its answer was lost on the way.
    case settled
    /// Nothing was applied, as other transitions of the call had much to do: the same may be sent again at once.
    case later
    /// Redis refused this transition's writes, with its own words; nothing of it was applied.
    case failed(String)
}

/// What became of one start.
package enum StartResult: Sendable, Equatable {
    /// The execution exists now.
    case started
    /// An execution of that name existed, in this state.
    ///
    /// - sameBytes: How many bytes at the end of its document are those of the start's, for
    ///   ``ExecutionDocument/isShared(_:in:)``; ``Limits/document`` where the inputs are the same.
    case existing(ExecutionStatus, startDate: Instant, sameBytes: Int)
    /// An execution of that name existed, whose document cannot be read.
    case unreadable
    /// Nothing was started, as other starts of the call had much to do: the same may be sent again at once.
    case later
    /// Its state machine is paused: nothing is started, and it may come again as ``Step/unbegun(_:)``.
    case paused
    /// The revision that it would run is gone from Redis: nothing is started.
    case revisionMissing
    /// Redis refused this start's writes, with its own words; nothing of it was applied.
    case failed(String)
}
