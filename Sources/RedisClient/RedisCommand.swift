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
        appendLength(text.utf8.count)
        body.writeString(text)
        body.writeStaticString("\r\n")
        words += 1
    }

    /// Appends an argument of any bytes.
    public mutating func append(_ bytes: [UInt8]) {
        appendLength(bytes.count)
        body.writeBytes(bytes)
        body.writeStaticString("\r\n")
        words += 1
    }

    /// Appends a number as its decimal text.
    public mutating func append(_ number: Int) { append(String(number)) }

    private mutating func appendLength(_ count: Int) {
        body.writeStaticString("$")
        body.writeString(String(count))
        body.writeStaticString("\r\n")
    }

    /// Writes the command as it goes over the wire.
    func write(to buffer: inout ByteBuffer) {
        buffer.writeStaticString("*")
        buffer.writeString(String(words))
        buffer.writeStaticString("\r\n")
        buffer.writeImmutableBuffer(body)
    }
}
