/// What a message to another partition begins with: see outbox.lua.
struct MessageHead: Equatable {
    /// Its number: µs of the sender's clock, or one more than the last.
    var number: Int64
    /// The number of the message before it; 0 for none.
    var previous: Int64
    /// What it is.
    var kind: String

    /// Reads a message: a list of texts in MessagePack, of which the first ones are version, number, number before and kind.
    ///
    /// - Returns: `nil` where it is none.
    init?(_ message: [UInt8]) {
        var reader = Reader(bytes: message[...])
        guard let count = reader.count(.list), count >= 4, reader.text() != nil,
            let number = reader.text().flatMap({ Int64($0) }), let previous = reader.text().flatMap({ Int64($0) }),
            let kind = reader.text()
        else { return nil }
        self.number = number
        self.previous = previous
        self.kind = kind
    }

    /// Lists and texts of MessagePack.
    private struct Reader {
        var bytes: ArraySlice<UInt8>

        enum Kind { case list, text }

        /// How many elements or bytes follow.
        mutating func count(_ kind: Kind) -> Int? {
            guard let first = bytes.popFirst() else { return nil }
            switch (kind, first) {
            case (.list, 0x90...0x9F): return Int(first & 0x0F)
            case (.list, 0xDC), (.text, 0xDA): return big(2)
            case (.list, 0xDD), (.text, 0xDB): return big(4)
            case (.text, 0xA0...0xBF): return Int(first & 0x1F)
            case (.text, 0xD9): return big(1)
            default: return nil
            }
        }

        mutating func text() -> String? {
            guard let count = count(.text), count <= bytes.count else { return nil }
            defer { bytes = bytes.dropFirst(count) }
            return String(decoding: bytes.prefix(count), as: UTF8.self)
        }

        private mutating func big(_ count: Int) -> Int? {
            guard bytes.count >= count else { return nil }
            defer { bytes = bytes.dropFirst(count) }
            return bytes.prefix(count).reduce(0) { $0 << 8 | Int($1) }
        }
    }
}
