import RedisClient
import WaitableRedis

/// Goes through what Redis holds in pages, with `SCAN`, `HSCAN` or `ZSCAN`: memory and the time of a call are bounded by the
/// page, however much there is.
struct PageScan: Sendable {
    let store: RedisStore
    /// How many there are in a page at the most; fewer where they come with large documents.
    var page = 100
    /// The longest rest between two pages, each as long as the page took; zero for none.
    var longestRest = Duration.milliseconds(10)

    /// The first page's.
    private static let firstPage = 8
    /// About how many bytes a page has: what Redis sends in a few ms.
    private static let bytesOfPage = 1_048_576

    /// Goes through all pages of a command that takes a cursor.
    ///
    /// - Parameters:
    ///   - command: The command without its cursor.
    ///   - pattern: What names have to match.
    ///   - body: Takes the words of a page, while the next one is read.
    func run(
        _ command: RedisCommand,
        matching pattern: String? = nil,
        _ body: ([RedisValue]) async throws -> Void
    ) async throws {
        var count = Self.firstPage
        var current = try await words(of: command, at: "0", matching: pattern, count)
        while let (words, next) = current {
            let start = ContinuousClock.now
            let wanted = self.count(after: count, bytes: words.reduce(1) { $0 + ($1.bytes?.count ?? 0) })
            async let following = self.words(of: command, at: next, matching: pattern, wanted)
            count = wanted
            try await body(words)
            current = try await following
            if current != nil, longestRest > .zero {
                try await Task.sleep(for: min(ContinuousClock.now - start, longestRest))
            }
        }
    }

    private func words(
        of command: RedisCommand,
        at cursor: String?,
        matching pattern: String?,
        _ count: Int
    ) async throws(StoreError) -> (words: [RedisValue], next: String?)? {
        guard let cursor else { return nil }
        var command = command
        command.append(cursor)
        if let pattern {
            command.append("MATCH")
            command.append(pattern)
        }
        command.append("COUNT")
        command.append(count)
        let reply = try await store.send(command)
        guard let parts = reply.array, parts.count == 2, let next = parts[0].string, let words = parts[1].array
        else { throw StoreError.unexpectedReply(function: "SCAN", reply: "\(reply)") }
        return (words, next == "0" ? nil : next)
    }

    /// For how many to ask after a page: Redis knows of a page only how many there are to be in it.
    private func count(after count: Int, bytes: Int) -> Int {
        bytes > Self.bytesOfPage
            ? max(1, count * Self.bytesOfPage / bytes) : min(page, count * min(8, Self.bytesOfPage / bytes))
    }
}
