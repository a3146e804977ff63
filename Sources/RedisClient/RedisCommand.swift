import NIOCore

/// A command, encoded once as a RESP array of bulk strings.
public struct RedisCommand: Sendable {
    private var arguments = Arguments()

    /// Words of a command, encoded.
    public struct Arguments: Sendable {
        private(set) var count = 0
        private(set) var body: [UInt8] = []

        /// No words.
        public init() {}

        /// Appends a word.
        public mutating func append(_ text: String) {
            var text = text
            text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
        }

        /// Appends a word of any bytes.
        public mutating func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

        /// Appends a word of any bytes.
        public mutating func append(_ bytes: ArraySlice<UInt8>) { bytes.withUnsafeBytes { append($0) } }

        /// Appends a number as its decimal text.
        public mutating func append(_ number: Int) { append(String(number)) }

        /// Appends words that are encoded already.
        public mutating func append(_ others: Arguments) {
            count += others.count
            body += others.body
        }

        mutating func reserveCapacity(_ bytes: Int) { body.reserveCapacity(bytes) }

        /// One word: `$LENGTH`, the bytes, each with its line end.
        private mutating func append(_ bytes: UnsafeRawBufferPointer) {
            count += 1
            body.append(UInt8(ascii: "$"))
            appendDigits(of: bytes.count)
            appendLineEnd()
            body.append(contentsOf: bytes)
            appendLineEnd()
        }

        private mutating func appendDigits(of number: Int) {
            if number >= 10 { appendDigits(of: number / 10) }
            body.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
        }

        private mutating func appendLineEnd() {
            body.append(UInt8(ascii: "\r"))
            body.append(UInt8(ascii: "\n"))
        }
    }

    /// A command from its words.
    public init(_ words: String...) {
        arguments.reserveCapacity(words.reduce(0) { $0 + $1.utf8.count + 12 })
        for word in words { arguments.append(word) }
    }

    /// A command from its name; the arguments are appended.
    ///
    /// - Parameter capacity: About how many arguments will follow.
    public init(name: String, capacity: Int = 0) {
        arguments.reserveCapacity(32 + capacity * 32)
        arguments.append(name)
    }

    /// Appends an argument.
    public mutating func append(_ text: String) { arguments.append(text) }

    /// Appends an argument of any bytes.
    public mutating func append(_ bytes: [UInt8]) { arguments.append(bytes) }

    /// Appends an argument of any bytes.
    public mutating func append(_ bytes: ArraySlice<UInt8>) { arguments.append(bytes) }

    /// Appends a number as its decimal text.
    public mutating func append(_ number: Int) { arguments.append(number) }

    /// Appends arguments that are encoded already.
    public mutating func append(_ others: Arguments) { arguments.append(others) }

    /// How many words it has, with its name.
    var words: Int { arguments.count }

    /// Its words as they go over the wire.
    var body: [UInt8] { arguments.body }

    /// About what it takes on the wire.
    var byteCount: Int { body.count + 16 }

    /// Writes the command as it goes over the wire.
    func write(to buffer: inout ByteBuffer) {
        buffer.writeStaticString("*")
        buffer.writeString(String(words))
        buffer.writeStaticString("\r\n")
        buffer.writeBytes(body)
    }
}
