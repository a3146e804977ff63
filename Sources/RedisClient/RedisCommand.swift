import NIOCore

/// A command, encoded once as a RESP array of bulk strings.
public struct RedisCommand: Sendable {
    private(set) var words: Int
    private(set) var body: ByteBuffer

    /// A command from its words.
    public init(_ words: String...) {
        self.words = 0
        body = ByteBuffer()
        body.reserveCapacity(words.reduce(0) { $0 + $1.utf8.count + 12 })
        for word in words { append(word) }
    }

    /// A command from its name; the arguments are appended.
    ///
    /// - Parameter capacity: About how many arguments will follow.
    public init(name: String, capacity: Int = 0) {
        words = 0
        body = ByteBuffer()
        body.reserveCapacity(32 + capacity * 32)
        append(name)
    }

    /// Appends an argument.
    public mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    /// Appends an argument of any bytes.
    public mutating func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

    /// Appends an argument of any bytes.
    public mutating func append(_ bytes: ArraySlice<UInt8>) { bytes.withUnsafeBytes { append($0) } }

    /// Appends a number as its decimal text.
    public mutating func append(_ number: Int) { append(String(number)) }

    /// About what it takes on the wire.
    var byteCount: Int { body.readableBytes + 16 }

    /// One argument, in one write: `$LENGTH`, the bytes, each with its line end.
    private mutating func append(_ bytes: UnsafeRawBufferPointer) {
        words += 1
        let digits = Self.digitCount(bytes.count)
        body.writeWithUnsafeMutableBytes(minimumWritableBytes: bytes.count + digits + 5) { target in
            target[0] = UInt8(ascii: "$")
            var rest = bytes.count
            for index in stride(from: digits, through: 1, by: -1) {
                target[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
            Self.writeLineEnd(target, at: digits + 1)
            UnsafeMutableRawBufferPointer(rebasing: target[(digits + 3)...]).copyMemory(from: bytes)
            Self.writeLineEnd(target, at: digits + 3 + bytes.count)
            return digits + 5 + bytes.count
        }
    }

    private static func writeLineEnd(_ target: UnsafeMutableRawBufferPointer, at index: Int) {
        target[index] = UInt8(ascii: "\r")
        target[index + 1] = UInt8(ascii: "\n")
    }

    private static func digitCount(_ number: Int) -> Int {
        var count = 1
        var rest = number / 10
        while rest > 0 {
            count += 1
            rest /= 10
        }
        return count
    }

    /// Writes the command as it goes over the wire.
    func write(to buffer: inout ByteBuffer) {
        buffer.writeStaticString("*")
        buffer.writeString(String(words))
        buffer.writeStaticString("\r\n")
        buffer.writeImmutableBuffer(body)
    }
}
