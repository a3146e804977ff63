/// Reads moments as ISO 8601 writes them, in the forms that JSONata takes.
enum ISO8601 {
    /// Milliseconds since 1970; `nil` where the text has another form. Without a zone it is UTC.
    static func milliseconds(_ text: String) -> Double? {
        var reader = Reader(bytes: Array(text.utf8))
        guard let year = reader.digits(4) else { return nil }
        var (month, day): (Int64, Int64) = (1, 1)
        if reader.take("-") {
            guard let value = reader.digits(2), (1...12).contains(value) else { return nil }
            month = value
            if reader.take("-") {
                guard let value = reader.digits(2), (1...CivilDate.days(inMonth: month, of: year)).contains(value)
                else { return nil }
                day = value
            }
        }
        var time: Int64 = 0
        var fraction = 0.0
        if reader.take("T") {
            guard let hours = reader.digits(2), hours <= 24, reader.take(":"), let minutes = reader.digits(2),
                minutes < 60,
                reader.take(":"), let seconds = reader.digits(2), seconds < 60
            else { return nil }
            time = (hours * 60 + minutes) * 60 + seconds
        }
        if reader.take(".") {
            guard let value = reader.fraction() else { return nil }
            fraction = value
        }
        guard let offset = reader.offset(), reader.isAtEnd else { return nil }
        let days = CivilDate(year: year, month: month, day: day).daysFromEpoch
        return Double((days * 86_400 + time - offset * 60) * 1_000) + (fraction * 1_000).rounded(.down)
    }

    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        var isAtEnd: Bool { position == bytes.count }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
            position += 1
            return true
        }

        mutating func digits(_ count: Int) -> Int64? {
            guard position + count <= bytes.count else { return nil }
            var value: Int64 = 0
            for byte in bytes[position..<(position + count)] {
                guard (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + Int64(byte - 0x30)
            }
            position += count
            return value
        }

        mutating func fraction() -> Double? {
            let digits = bytes[position...].prefix { (0x30...0x39).contains($0) }
            position += digits.count
            return digits.isEmpty ? nil : Double("0." + String(decoding: digits.prefix(18), as: UTF8.self))
        }

        /// Minutes east of Greenwich.
        mutating func offset() -> Int64? {
            if isAtEnd || take("Z") { return 0 }
            let isWest = take("-")
            guard isWest || take("+"), let hours = digits(2) else { return nil }
            _ = take(":")
            guard let minutes = digits(2), hours < 30, minutes < 60 else { return nil }
            return (hours * 60 + minutes) * (isWest ? -1 : 1)
        }
    }
}
