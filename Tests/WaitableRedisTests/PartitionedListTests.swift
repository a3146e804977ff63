import RedisClient
import StatesLanguage
import Testing
import Waitable
import WaitableOperations
import WaitableRedis

@Suite("Lists over partitions", .redisServer, .timeLimit(.minutes(1)))
struct PartitionedListTests {
    /// Executions with few different instants, so that many share one: some open, some closed, of two machines.
    private func fill(_ partitions: Partitions, _ count: Int) async throws -> (open: [String], closed: [String]) {
        var open: [(Int, String)] = []
        var closed: [(Int, String)] = []
        for number in 0..<count {
            let key = ExecutionKey(machine: number.isMultiple(of: 3) ? "n" : "m", name: "item-\(number)")
            let partition = Partition(of: partitions.store(of: key))
            let instant = 9_000_000_000_000 + number % 5
            let isOpen = number % 4 != 0
            let status = isOpen ? "R" : "S"
            let document = #"{"s":"\#(status)","d":"h","b":1,"input":{}}"#
            try await partition.redis("HSET", "~:executions", key.member, document)
            try await partition.redis("ZADD", isOpen ? "~:due" : "~:closed", "\(instant)", key.member)
            try await partition.redis("HSET", "~:item:items:\(key.name)", "Id", key.name)
            if isOpen { open.append((instant, key.member)) } else { closed.append((instant, key.member)) }
        }
        return (
            open.sorted { $0.0 == $1.0 ? $0.1 < $1.1 : $0.0 < $1.0 }.map(\.1),
            closed.sorted { $0.0 == $1.0 ? $0.1 > $1.1 : $0.0 > $1.0 }.map(\.1)
        )
    }

    private func members(
        _ partitions: Partitions,
        _ list: ExecutionList,
        pagesOf limit: Int
    ) async throws -> [String] {
        var members: [String] = []
        var cursor: ListCursor?
        repeat {
            let (found, next) = try await partitions.executions(list, from: cursor, limit: limit) {
                $0.execution.key.member
            }
            #expect(found.count <= limit)
            members += found
            // Over the token, as a caller does.
            cursor = try next.map { try #require(ListCursor(token: $0.token)) }
        } while cursor != nil
        return members
    }

    @Test("Page by page everything comes once, in one order over all partitions", arguments: [1, 2, 8, 64])
    func order(count: Int) async throws {
        let partitions = try Partitions.test(count)
        let (open, closed) = try await fill(partitions, 200)
        for limit in [1, 7, 100, 1_000] where limit > 1 || count < 64 {
            #expect(try await members(partitions, ExecutionList(), pagesOf: limit) == open + closed)
        }
        var list = ExecutionList()
        list.isDescending = true
        #expect(try await members(partitions, list, pagesOf: 9) == open.reversed() + closed)
        list.machine = "n"
        list.statuses = [.succeeded]
        #expect(try await members(partitions, list, pagesOf: 3) == closed.filter { $0.hasPrefix("n:") })
        list = ExecutionList()
        list.dueFrom = Instant(milliseconds: 9_000_000_000_002)
        list.dueTo = Instant(milliseconds: 9_000_000_000_004)
        let window = Set((0..<200).filter { $0 % 4 != 0 && [2, 3].contains($0 % 5) }.map { "item-\($0)" })
        let found = try await members(partitions, list, pagesOf: 11)
        #expect(found == open.filter { window.contains(ExecutionKey(member: $0)?.name ?? "") })
    }

    @Test("Items come the same way", arguments: [1, 8])
    func items(count: Int) async throws {
        let partitions = try Partitions.test(count)
        let (open, closed) = try await fill(partitions, 120)
        let pager = ItemPager(partitions: partitions, table: "items")
        var names: [String] = []
        var cursor: ListCursor? = .beginning
        while let current = cursor {
            let page = try await pager.page(from: current, limit: 13)
            names += page.items.compactMap { $0.first?.value }
            cursor = page.next
        }
        #expect(names == (open + closed).compactMap { ExecutionKey(member: $0)?.name })
    }

    @Test("The overview counts all partitions, and asks partition 0 for the workers")
    func overview() async throws {
        let partitions = try Partitions.test(8)
        _ = try await fill(partitions, 40)
        let now = try await partitions.home.now()
        let late = partitions.partition(5)
        try await late.redis("ZADD", "~:due", "\(now.milliseconds - 5_000)", "m:late")
        try await late.redis("ZADD", "~:due", "\(now.milliseconds - 90_000)", "m:later")
        // Two in any second, one of which failed.
        for number in 0..<120 {
            let at = "\(now.milliseconds - 1_000 + Int64(number) * 500)"
            try await late.redis("ZADD", "~:closed", at, "m:\(number)")
            if number.isMultiple(of: 2) { try await late.redis("ZADD", "~:failed", at, "m:\(number)") }
        }
        let report = WorkerReport(name: "w", startedAt: now)
        try await partitions.home.report(report, life: 60_000)
        let overview = try await partitions.overview()
        #expect(overview.waiting == 30)
        #expect(overview.due == 2)
        #expect(overview.workers == [report])
        #expect(overview.oldestOverdueMilliseconds >= 90_000)
        #expect(overview.completedPerSecond == 2)
        #expect(overview.failedPerSecond == 1)
    }
}
