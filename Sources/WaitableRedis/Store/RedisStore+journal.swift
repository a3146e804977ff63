import RedisClient
package import Waitable

extension RedisStore {
    /// Hands on an execution's journal, entry by entry. What its document has no room for is read a part at a time.
    ///
    /// - Parameters:
    ///   - execution: As its document says.
    ///   - take: Takes an entry, and says whether it wants another one.
    ///   - pause: Called after each entry: making its step again is work without an await.
    /// - Throws: `CancellationError` before the next entry, where the task is cancelled.
    /// - Returns: Whether the journal is there. Of one that is not kept any longer, cannot be read, or whose steps another
    ///   version of the language made, no entry is to be used.
    package func readJournal(
        of execution: Execution,
        _ take: (JournalEntry) throws -> Bool,
        pause: () async throws -> Void
    ) async throws -> Bool {
        guard let journal = execution.journal else { return true }
        guard journal.version == Journal.currentVersion else { return false }
        var read = 0
        var most = Self.firstElements
        while read < journal.listed {
            let elements = try await elements(of: execution.key, from: read, to: min(read + most, journal.listed) - 1)
            // A list goes as a whole.
            guard !elements.isEmpty else { return false }
            for element in elements {
                guard let entries = Journal.entries(of: element, since: execution.startDate) else { return false }
                for entry in entries {
                    try Task.checkCancellation()
                    guard try take(entry) else { return true }
                    try await pause()
                }
            }
            read += elements.count
            let bytes = elements.reduce(1) { $0 + $1.utf8.count } / elements.count + 1
            most = max(1, min(Self.mostElements, Self.bytesOfPart / bytes))
        }
        guard let kept = journal.keptEntries(since: execution.startDate) else { return false }
        for entry in kept {
            try Task.checkCancellation()
            guard try take(entry) else { return true }
            try await pause()
        }
        return true
    }

    private static let firstElements = 8
    private static let mostElements = 512
    /// About how many bytes of a journal are read at once.
    private static let bytesOfPart = 1_048_576

    private func elements(of key: ExecutionKey, from first: Int, to last: Int) async throws(StoreError) -> [String] {
        let reply = try await send(RedisCommand("LRANGE", keys.history(key), "\(first)", "\(last)"))
        return reply.array?.compactMap(\.string) ?? []
    }
}
