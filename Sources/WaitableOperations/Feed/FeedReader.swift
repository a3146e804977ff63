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
        places = try await partitions.ask { store async throws(StoreError) in try await store.lastEvent() }
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

    /// Whether the feed may have lost events that this reader has not read: it keeps a number of them.
    package func mayHaveMissed() async throws(StoreError) -> Bool {
        let places = places
        let missed = try await partitions.ask { store async throws(StoreError) -> Bool in
            let place = places[store.keys.partition]
            guard place > .beginning, let first = try await store.firstEventKept() else { return false }
            return first > place
        }
        return missed.contains(true)
    }

    /// The next events, as far as all partitions were read.
    ///
    /// - Parameter limit: The most entries that are read of each partition.
    /// - Returns: None where there are none yet.
    package mutating func next(limit: Int) async throws(StoreError) -> [FeedEvent] {
        let before = places
        let slices = try await partitions.ask { store async throws(StoreError) in
            try await store.events(after: before[store.keys.partition], limit: limit)
        }
        let end = slices.filter(\.isFull).map(\.last).min()
        var events = slices.flatMap(\.events)
        if let end { events.removeAll { $0.entry > end } }
        places = slices.map { slice in end.map { min(slice.last, $0) } ?? slice.last }
        return events.sorted { ($0.entry, $0.partition) < ($1.entry, $1.partition) }
    }
}
