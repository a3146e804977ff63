import NIOCore
import Testing

@testable import RedisClient

@Suite(.timeLimit(.minutes(1)))
struct RedisCommandTests {
    private func wire(_ command: RedisCommand) -> String {
        var buffer = ByteBuffer()
        command.write(to: &buffer)
        return String(buffer: buffer)
    }

    @Test func encodesWords() {
        #expect(wire(RedisCommand("SET", "k", "")) == "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n")
    }

    @Test func countsBytesNotCharacters() {
        #expect(wire(RedisCommand("GET", "é🙂")) == "*2\r\n$3\r\nGET\r\n$6\r\né🙂\r\n")
    }

    @Test(arguments: [0, 1, 9, 10, 99, 100, 999, 1_000, 123_456])
    func writesEveryLength(length: Int) {
        let text = String(repeating: "x", count: length)
        #expect(wire(RedisCommand(text)) == "*1\r\n$\(length)\r\n\(text)\r\n")
    }

    @Test func appendsEveryKindOfArgument() {
        var command = RedisCommand(name: "X", capacity: 4)
        command.append("a")
        command.append([13, 10] as [UInt8])
        command.append([1, 66, 67, 1][1...2] as ArraySlice<UInt8>)
        command.append(-12)
        #expect(wire(command) == "*5\r\n$1\r\nX\r\n$1\r\na\r\n$2\r\n\r\n\r\n$2\r\nBC\r\n$3\r\n-12\r\n")
    }

    @Test func aCopyIsIndependent() {
        let base = RedisCommand("DEL", "a")
        var copy = base
        copy.append("b")
        #expect(wire(base) == "*2\r\n$3\r\nDEL\r\n$1\r\na\r\n")
        #expect(wire(copy).hasPrefix("*3\r\n"))
    }

    @Test func pausesGrowUpToTheBound() {
        var backoff = Backoff(.milliseconds(10) ... .milliseconds(80))
        for longest in [10, 20, 40, 80, 80] {
            let pause = backoff.next()
            #expect(pause <= .milliseconds(longest) && pause >= .milliseconds(longest) / 10)
        }
        backoff.reset(after: .milliseconds(5))
        #expect(backoff.next() >= .milliseconds(8), "a connection that broke at once is no reason to hurry")
        backoff.reset(after: .seconds(1))
        #expect(backoff.next() <= .milliseconds(10))
    }

    @Test func noPauseIsNothing() {
        var backoff = Backoff(.zero ... .zero)
        #expect(backoff.next() > .zero)
    }
}
