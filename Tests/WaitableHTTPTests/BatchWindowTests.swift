import NIOCore
import Synchronization
import Testing

@testable import WaitableHTTP

/// What a batch has in memory, and in which order it comes out.
@Suite(.timeLimit(.minutes(1)))
struct BatchWindowTests {
    private static func lines(_ ids: [String], from number: Int = 1) -> [BatchLine] {
        ids.enumerated().map { index, id in
            let text = #"{"Id":"\#(id)","StartTimestamp":"2036-01-01T00:00:00Z"}"#
            return BatchLine(.whole(number: number + index, bytes: Array(text.utf8)[...]))
        }
    }

    private static func ids(_ group: BatchWindow.Group?) -> [String]? { group?.lines.compactMap(\.id) }

    @Test("Groups are answered in order, whichever is started first")
    func order() async throws {
        let window = BatchWindow(limits: .init(lines: 2, answers: 100))
        async let wantsMore = window.add(Self.lines(["a", "b", "c"]))
        let first = try #require(await window.group())
        let second = try #require(await window.group())
        #expect(Self.ids(first) == ["a", "b"] && Self.ids(second) == ["c"])
        #expect(await wantsMore)
        window.answer(second, with: ByteBuffer(string: "2"))
        window.answer(first, with: ByteBuffer(string: "1"))
        window.complete()
        #expect(await window.answers() == ByteBuffer(string: "12"))
        #expect(await window.answers() == nil)
        #expect(await window.group() == nil)
    }

    @Test("A line waits for an earlier one with its Id")
    func sameID() async throws {
        let window = BatchWindow(limits: .init(lines: 3, answers: 100))
        async let wantsMore = window.add(Self.lines(["a", "b", "b", "c", "a", "d"]))
        let first = try #require(await window.group())
        #expect(Self.ids(first) == ["a", "b", "b"])
        let second = try #require(await window.group())
        #expect(Self.ids(second) == ["c"])
        async let third = window.group()
        window.answer(second, with: ByteBuffer(string: "2"))
        window.answer(first, with: ByteBuffer(string: "1"))
        #expect(Self.ids(await third) == ["a", "d"])
        #expect(await wantsMore)
    }

    @Test("A group has at most so many bytes, and at least a line")
    func bytes() async throws {
        let line = Self.lines(["a"])[0]
        let window = BatchWindow(limits: .init(bytes: 2 * line.size, answers: 100))
        async let wantsMore = window.add(Self.lines(["a", "b", "c"]))
        #expect(Self.ids(await window.group()) == ["a", "b"])
        #expect(await wantsMore)
        let narrow = BatchWindow(limits: .init(bytes: 1, answers: 100))
        async let wantsEvenMore = narrow.add(Self.lines(["a", "b"]))
        #expect(Self.ids(await narrow.group()) == ["a"])
        #expect(Self.ids(await narrow.group()) == ["b"])
        #expect(await wantsEvenMore)
    }

    @Test("No more lines are read while so many wait")
    func boundedLines() async throws {
        let window = BatchWindow(limits: .init(lines: 2, answers: 100))
        let isAdded = Flag()
        async let wantsMore: Void = {
            #expect(await window.add(Self.lines(["a", "b", "c", "d"])))
            isAdded.set()
        }()
        #expect(Self.ids(await window.group()) == ["a", "b"])
        for _ in 0..<1_000 { await Task.yield() }
        #expect(!isAdded.isSet)
        #expect(Self.ids(await window.group()) == ["c", "d"])
        await wantsMore
    }

    @Test("No more lines are read while so many answers wait for the client")
    func boundedAnswers() async throws {
        let window = BatchWindow(limits: .init(answers: 3))
        #expect(await window.add(Self.lines(["a"])))
        window.answer(try #require(await window.group()), with: ByteBuffer(string: "xxx"))
        let isAdded = Flag()
        async let wantsMore: Void = {
            #expect(await window.add(Self.lines(["b"])))
            isAdded.set()
        }()
        window.answer(try #require(await window.group()), with: ByteBuffer(string: "y"))
        for _ in 0..<1_000 { await Task.yield() }
        #expect(!isAdded.isSet)
        #expect(await window.answers() == ByteBuffer(string: "xxxy"))
        await wantsMore
    }

    @Test("Whoever waits for an abandoned window goes on")
    func abandoned() async {
        let window = BatchWindow(limits: .init(lines: 1, answers: 100))
        async let wantsMore = window.add(Self.lines(["a", "b"]))
        async let answers = window.answers()
        window.abandon()
        #expect(await wantsMore == false)
        #expect(await answers == nil)
        #expect(await window.group() == nil)
    }
}

private final class Flag: Sendable {
    private let state = Mutex(false)

    var isSet: Bool { state.withLock { $0 } }

    func set() { state.withLock { $0 = true } }
}
