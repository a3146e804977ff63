import StatesLanguage
package import WaitableRedis

/// Reads the change feed of all partitions, from a place on, in the order of the events' instants.
package struct FeedReader: Sendable {
    private let partitions: Partitions
    /// For each partition the entry behind which it goes on.
    private var places: [StreamID]

    /// How much is read again of other partitions than that of the last event: theirs may have come to light after it.
    private static let overlap: UInt64 = 5_000

    /// A reader of what comes from now on.
    package init(fromNowOn partitions: Partitions) async throws(StoreError) {
        self.partitions = partitions
        places = try await Self.tail(of: partitions)
    }

    /// A reader of all that the feed has.
    package init(fromBeginning partitions: Partitions) {
        self.partitions = partitions
        places = partitions.stores.map { _ in .beginning }
    }

    /// A reader of what follows an event. With several partitions, events of the last seconds before it may come again.
    ///
    /// - Returns: `nil` where the text is no event's id.
    package init?(after id: String, of partitions: Partitions) {
        guard let hyphen = id.firstIndex(of: "-"), let partition = Int(id[..<hyphen]),
            partitions.stores.indices.contains(partition),
            let entry = StreamID(id[id.unicodeScalars.index(after: hyphen)...])
        else { return nil }
        self.partitions = partitions
        let start = entry.milliseconds - min(entry.milliseconds, Self.overlap)
        places = partitions.stores.indices.map { number in
            number == partition ? entry : StreamID(milliseconds: start, number: 0)
        }
    }

    /// Whether there may be events that this reader has not read and will not: the feed keeps a number of them, and where a
    /// clock was set back, nobody knows which of another partition came after the event that the reader goes on behind. It
    /// goes on with those of the last seconds then.
    package mutating func mayHaveMissed() async throws(StoreError) -> Bool {
        let before = places
        let found = try await partitions.ask { store async throws(StoreError) -> (place: StreamID, isMissing: Bool) in
            let place = before[store.keys.partition]
            guard place > .beginning else { return (place, false) }
            let now = UInt64(max(0, try await store.now().milliseconds))
            if place.milliseconds > now {
                let last = try await store.lastEvent()
                let start = StreamID(milliseconds: now - min(now, Self.overlap), number: 0)
                if last < place { return (min(last, start), true) }
            }
            return (place, try await store.firstEventKept().map { $0 > place } ?? false)
        }
        places = found.map(\.place)
        return found.contains(where: \.isMissing)
    }

    /// Whether a partition's feed goes further than this reader has read.
    package func isBehind(_ tail: [StreamID]) -> Bool { zip(places, tail).contains { $0 < $1 } }

    /// The last entry of each partition's feed, as `next` takes it.
    package static func tail(of partitions: Partitions) async throws(StoreError) -> [StreamID] {
        try await partitions.ask { store async throws(StoreError) in try await store.lastEvent() }
    }

    /// The next events, as far as all partitions were read.
    ///
    /// - Parameters:
    ///   - limit: The most entries that are read of each partition.
    ///   - tail: How far the feeds went a moment ago: those that have been read so far are not asked again. `nil` asks all.
    /// - Returns: None where there are none yet.
    package mutating func next(limit: Int, tail: [StreamID]? = nil) async throws(StoreError) -> [FeedEvent] {
        let before = places
        let slices = try await partitions.ask { store async throws(StoreError) in
            let place = before[store.keys.partition]
            if let tail, tail[store.keys.partition] <= place {
                return FeedSlice(events: [], last: place, isFull: false)
            }
            return try await store.events(after: place, limit: limit)
        }
        let end = slices.filter(\.isFull).map(\.last).min()
        var events = slices.flatMap(\.events)
        if let end { events.removeAll { $0.entry > end } }
        // One that has gone further in an earlier round does not go back.
        places = zip(slices, before).map { slice, place in max(place, end.map { min(slice.last, $0) } ?? slice.last) }
        return events.sorted { ($0.entry, $0.partition) < ($1.entry, $1.partition) }
    }
}
