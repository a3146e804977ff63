import RedisClient
import Testing

@Suite("Replies of Redis", .timeLimit(.minutes(1)))
struct RedisValueTests {
    private func texts(_ reply: RedisValue) -> [[String?]] { reply.pairs.map { [$0.0.string, $0.1.string] } }

    private func bulks(_ texts: String...) -> [RedisValue] { texts.map { .bulk(Array($0.utf8)) } }

    @Test("Names and values come in pairs; a name without a value is left out")
    func pairs() {
        #expect(texts(.array(bulks("a", "1", "b", "2"))) == [["a", "1"], ["b", "2"]])
        #expect(texts(.array(bulks("a", "1", "b"))) == [["a", "1"]])
        #expect(texts(.array(bulks("a"))).isEmpty)
    }

    @Test("What is no array has none", arguments: [.null, .array([]), .integer(2), .status("OK")] as [RedisValue])
    func none(reply: RedisValue) {
        #expect(texts(reply).isEmpty)
    }

    @Test("Pairs of a part of a reply begin where the part does")
    func slice() {
        let words = bulks("skipped", "a", "1", "b", "2")
        #expect(words[1...].pairs.map { $0.0.string } == ["a", "b"])
        #expect(words[5...].pairs.map { $0.0.string }.isEmpty)
    }
}
