/// What a step tells of its events, beside their number.
public enum Recording: Sendable {
    /// Nothing.
    case nothing
    /// What happened to states: ``StateNote``.
    case states
    /// The events of a page.
    case events(EventPage.Window)

    /// All events.
    public static let all = Recording.events(EventPage.Window(ids: 1..<Int.max))
}

/// Some of an execution's events, in order: not more of them than there is room for.
public struct EventPage: Sendable, Equatable {
    /// Which events are taken.
    public struct Window: Sendable, Equatable {
        /// The events' ids.
        public var ids: Range<Int>
        /// About how many bytes they may have together. One is taken whatever its size.
        public var mostBytes: Int
        /// Whether the last ones are taken where there is no room for all, instead of the first ones.
        public var keepsLast: Bool
        /// Whether they have inputs, outputs and parameters.
        public var includesData: Bool

        /// A window from its parts.
        public init(
            ids: Range<Int>,
            mostBytes: Int = .max,
            keepsLast: Bool = false,
            includesData: Bool = true
        ) {
            self.ids = ids
            self.mostBytes = mostBytes
            self.keepsLast = keepsLast
            self.includesData = includesData
        }
    }

    /// Which events it takes.
    public let window: Window
    /// The events so far.
    public private(set) var events: [HistoryEvent] = []
    private var bytes = 0

    /// A page without events.
    public init(_ window: Window) { self.window = window }

    /// Whether it takes an event; those that come behind one that has no room have none either.
    public func takes(_ id: Int) -> Bool {
        window.ids.contains(id) && (window.keepsLast || events.isEmpty || bytes < window.mostBytes)
    }

    /// What of the window is left, for the events of another step.
    public var rest: Window {
        var rest = window
        if !window.keepsLast, !events.isEmpty { rest.mostBytes = window.mostBytes - bytes }
        return rest
    }

    /// Adds an event, if it takes it.
    public mutating func append(_ event: HistoryEvent) {
        guard takes(event.id) else { return }
        let event = window.includesData ? event : event.withoutData
        events.append(event)
        bytes += event.weight
        while window.keepsLast, bytes > window.mostBytes, events.count > 1 { bytes -= events.removeFirst().weight }
    }
}
