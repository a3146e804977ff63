import RedisClient
import StatesLanguage
import Testing
import Waitable
import WaitableOperations
import WaitableRedis

/// What a page holds is bounded by its bytes, also where each entry is as large as it may be.
@Suite("Pages of large items and documents", .redisServer, .timeLimit(.minutes(1)))
struct PageSizeTests {
    let partition: Partition

    init() throws { partition = try Partition() }

    private func putItem(_ id: String, bytes: Int, status: String = "STARTED") async throws {
        let text = String(repeating: "x", count: bytes)
        try await partition.redis("HSET", "~:item:items:\(id)", "Id", id, "ProcessStatus", status, "Text", text)
        try await partition.redis("ZADD", "~:due", "5", id)
    }

    /// Ids of the pages of a list, and how many bytes each page has.
    private func pages(limit: Int, _ processStatus: String? = nil) async throws -> [(ids: [String], bytes: Int)] {
        var pages: [(ids: [String], bytes: Int)] = []
        var cursor: ListCursor? = .beginning
        while let start = cursor {
            let pager = ItemPager(partitions: Partitions(only: partition.store), table: "items")
            let page = try await pager.page(from: start, limit: limit, processStatus: processStatus)
            let ids = page.items.compactMap { item in item.first { $0.name == "Id" }?.value }
            let bytes = page.items.joined().reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
            pages.append((ids, bytes))
            cursor = page.next
        }
        return pages
    }

    @Test("A page of items ends where it has 4 MiB; the pages have every item once")
    func items() async throws {
        let ids = (10..<40).map { "a\($0)" }
        for id in ids { try await putItem(id, bytes: 400_000) }
        let pages = try await pages(limit: 1_000)
        #expect(pages.flatMap(\.ids) == ids)
        for page in pages { #expect(page.bytes <= ItemPager.mostBytes + 400_100, "\(page)") }
        #expect(pages.count == 3)
        #expect(try await self.pages(limit: 7).map(\.ids.count) == [7, 7, 7, 7, 2])
    }

    @Test("An item that is larger than a page comes alone; a page of small ones is as long as was asked for")
    func uneven() async throws {
        try await putItem("b", bytes: 5_000_000)
        try await putItem("c", bytes: 5_000_000)
        try await putItem("d", bytes: 10)
        // Not an item, nor anything at all.
        try await partition.redis("SET", "~:item:items:a", "x")
        try await partition.redis("ZADD", "~:due", "5", "a", "5", "e")
        let pages = try await pages(limit: 100)
        #expect(pages.map(\.ids) == [["b"], ["c"], ["d"]])
        for number in 100..<500 { try await putItem("x\(number)", bytes: 1) }
        #expect(try await self.pages(limit: 1_000).map(\.ids.count) == [1, 1, 401])
    }

    @Test("Those that a filter leaves out are not held, and all others come once")
    func filter() async throws {
        var wanted: [String] = []
        for number in 10..<60 {
            let isWanted = number % 5 == 0
            if isWanted { wanted.append("f\(number)") }
            try await putItem("f\(number)", bytes: 390_000, status: isWanted ? "COMPLETED" : "STARTED")
        }
        let pages = try await pages(limit: 1_000, "COMPLETED")
        #expect(pages.flatMap(\.ids) == wanted)
    }

    @Test("waitable_items gives as many as there is room for, one at least, and [] for what is none")
    func function() async throws {
        for (id, bytes) in [("a", 50), ("b", 100), ("c", 200)] {
            try await partition.redis("HSET", "~:item:T:\(id)", "n", String(repeating: "x", count: bytes - 1))
        }
        try await partition.redis("SET", "~:item:T:other", "x")
        func counts(_ words: String...) async throws -> [Int] {
            try #require(try await partition.call("items", words).array).map { $0.array?.count ?? -1 }
        }
        #expect(try await counts("1", "T:c", "T:a") == [2])
        #expect(try await counts("150", "T:a", "T:none", "T:other", "T:b", "T:c") == [2, 0, 0, 2])
        #expect(try await counts("149", "T:a", "T:none", "T:other", "T:b", "T:c") == [2, 0, 0])
        #expect(try await counts("4194304", "T:a", "T:b", "T:c", "T:c") == [2, 2, 2, 2])
    }

    @Test(
        "What is no call of it is refused",
        arguments: [
            ([], "VALIDATION bytes: must be an integer from 1 to 4194304: ''"),
            (["0", "T:a"], "VALIDATION bytes: must be an integer from 1 to 4194304: '0'"),
            (["4194305", "T:a"], "VALIDATION bytes: must be an integer from 1 to 4194304: '4194305'"),
            (["1"], "VALIDATION items: must be 1 to 1000: '0'"),
            (["1"] + (0...1_000).map { "T:\($0)" }, "VALIDATION items: must be 1 to 1000: '1001'"),
        ] as [([String], String)]
    )
    func refuses(arguments: [String], error: String) async throws {
        #expect(try await partition.refusal("items", arguments) == error)
    }

    private func accept(_ name: String, _ letter: String, bytes: Int) async throws {
        let filler = String(repeating: "x", count: bytes)
        let document = #"{"s":"\#(letter)","d":"h","b":1,"input":"\#(filler)"}"#
        let entry = Entry(name, next: letter == "R" ? "5" : "", document: document)
        try await partition.call("accept", Entry.arguments([entry]))
    }

    @Test("A page of executions ends behind 4 MiB of documents; the pages have each of them once")
    func executions() async throws {
        let names = (10..<40).map { "m:\($0)" }
        for name in names { try await accept(name, "R", bytes: 1_000_000) }
        var list = ExecutionList()
        list.statuses = [.waiting]
        var seen: [[String]] = []
        var cursor: ListCursor?
        repeat {
            let partitions = Partitions(only: partition.store)
            let (found, next) = try await partitions.executions(list, from: cursor, limit: 1_000) {
                $0.execution.key.member
            }
            seen.append(found)
            cursor = next
        } while cursor != nil
        #expect(seen.flatMap(\.self) == names)
        // A call that has read a little less is followed by one more.
        #expect(seen.allSatisfy { $0.count <= 8 })
    }

    @Test("A call for a list reads no more than 4 MiB of documents, also where it returns none of them")
    func unwanted() async throws {
        for number in 10..<30 { try await accept("m:\(number)", "S", bytes: 1_000_000) }
        try await accept("m:99", "F", bytes: 10)
        for name in ["m:99"] { try await partition.redis("ZADD", "~:closed", "1", name) }
        let arguments = ["closed", "down", "", "", "", "1000", "1000", "", "F"]
        let words = try #require(try await partition.call("list", arguments).array)
        #expect(words.count == 2)
        #expect(words[1].string != "")
        var list = ExecutionList()
        list.statuses = [.failed]
        let (found, next) = try await Partitions(only: partition.store).executions(list, from: nil, limit: 10) {
            $0.execution.key.name
        }
        #expect(found == ["99"])
        #expect(next == nil)
    }
}
