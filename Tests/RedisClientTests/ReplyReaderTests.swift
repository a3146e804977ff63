import Testing

@testable import RedisClient

@Suite(.timeLimit(.minutes(1)))
struct ReplyReaderTests {
    /// All replies in some bytes that come in pieces.
    private func replies(_ text: String, pieces: Int = .max) throws(RedisError) -> [RedisValue] {
        try replies(Array(text.utf8), pieces: pieces)
    }

    private func replies(_ bytes: [UInt8], pieces: Int = .max) throws(RedisError) -> [RedisValue] {
        let reader = ReplyReader()
        var replies: [RedisValue] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(pieces))
            rest = rest.dropFirst(pieces)
            let result = piece.withUnsafeBytes { raw -> Result<Void, RedisError> in
                do throws(RedisError) { return .success(try reader.feed(raw)) } catch { return .failure(error) }
            }
            try result.get()
            while let reply = try reader.next() { replies.append(reply) }
        }
        return replies
    }

    @Test(arguments: [1, 2, 3, 7, Int.max])
    func readsEveryTypeInAnyPieces(pieces: Int) throws {
        let text =
            "+OK\r\n-ERR no such thing\r\n:-42\r\n$5\r\na\r\nb\0\r\n$0\r\n\r\n$-1\r\n*-1\r\n*0\r\n*3\r\n:1\r\n*1\r\n$-1\r\n-X y\r\n"
        let expected: [RedisValue] = [
            .status("OK"), .error(RedisServerError(line: "ERR no such thing")), .integer(-42),
            .bulk(Array("a\r\nb\0".utf8)), .bulk([]), .null, .null, .array([]),
            .array([.integer(1), .array([.null]), .error(RedisServerError(line: "X y"))]),
        ]
        #expect(try replies(text, pieces: pieces) == expected)
    }

    @Test func keepsEveryByte() throws {
        let bytes = (0...255).map { UInt8($0) }
        #expect(try replies(Array("$256\r\n".utf8) + bytes + [13, 10]) == [.bulk(bytes)])
    }

    @Test func readsTheLargestIntegers() throws {
        #expect(
            try replies(":9223372036854775807\r\n:-9223372036854775808\r\n") == [.integer(.max), .integer(.min)]
        )
    }

    @Test(arguments: ["$100\r\nabc", "*2\r\n:1\r\n", "+OK", "*1000000\r\n:1\r\n", "$536870912\r\nabc"])
    func waitsForTheRest(truncated: String) throws {
        #expect(try replies(truncated) == [])
    }

    @Test(arguments: [
        "HTTP/1.1 400 Bad Request\r\n\r\n", "\u{16}\u{3}\u{1}\r\n", ":abc\r\n", "*abc\r\n", "$-2\r\n\r\n", "*-2\r\n",
        "$99999999999999999999\r\n",
    ])
    func refusesGarbage(text: String) {
        let error = #expect(throws: RedisError.self) { try replies(text) }
        #expect(error?.code == .outcomeUnknown)
        #expect(error?.message.contains("RESP") == true)
    }

    @Test(arguments: ["*2147483647\r\n", "*16777217\r\n", "*4294967295\r\n", "*9223372036854775807\r\n"])
    func refusesToMakeRoomForAClaim(text: String) {
        #expect(throws: RedisError.self) { try replies(text) }
        #expect(throws: RedisError.self) { try replies("*1\r\n" + text) }
    }

    @Test func refusesWhatIsNestedTooDeep() {
        let error = #expect(throws: RedisError.self) {
            try replies(String(repeating: "*1\r\n", count: 64) + ":1\r\n")
        }
        #expect(error?.message.contains("nest") == true)
    }

    @Test func convertsValues() {
        #expect(RedisValue.bulk(Array("12".utf8)).integer == 12)
        #expect(RedisValue.status("OK").bytes == Array("OK".utf8))
        #expect(RedisValue.bulk([0xFF]).string == "\u{FFFD}")
        #expect(RedisValue.null.string == nil)
        #expect(RedisValue.array([.null]).array == [.null])
        #expect(RedisServerError(line: "OOM command not allowed").prefix == "OOM")
        #expect(RedisServerError(line: "OOM command not allowed").description == "OOM command not allowed")
        #expect(RedisServerError(line: "OOM").message == "")
        #expect(RedisServerError(line: "OOM").description == "OOM")
    }
}
