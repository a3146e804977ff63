extension JSONParser {
    /// Reads a number: an integer where it has neither fraction nor exponent and fits into 64 bits.
    mutating func number() throws(JSONError) -> JSON {
        let start = position
        let isNegative = peek() == UInt8(ascii: "-")
        if isNegative { position += 1 }
        let firstDigit = position
        let integer = try integerPart()
        guard peek() != UInt8(ascii: "."), !isAtExponent else { return try double(from: start) }
        // Up to 18 digits cannot overflow.
        if position - firstDigit <= 18 { return .integer(isNegative ? -integer : integer) }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if let value = Int64(text) { return .integer(value) }
        return try double(from: start)
    }

    private mutating func integerPart() throws(JSONError) -> Int64 {
        guard peek() == UInt8(ascii: "0") else {
            guard hasDigit else { throw noDigit("expected digit (0-9) to follow minus sign, for valid numeric value") }
            return digits()
        }
        position += 1
        if let byte = peek(), Self.isDigit(byte) { throw error("Invalid numeric value: Leading zeroes not allowed") }
        return 0
    }

    private mutating func double(from start: Int) throws(JSONError) -> JSON {
        if peek() == UInt8(ascii: ".") {
            position += 1
            guard hasDigit else { throw noDigit("Decimal point not followed by a digit", of: start) }
            _ = digits()
        }
        if isAtExponent {
            position += 1
            if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { position += 1 }
            guard hasDigit else { throw noDigit("Exponent indicator not followed by a digit", of: start) }
            _ = digits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let value = Double(text), value.isFinite else { throw error("Numeric value (\(text)) out of range") }
        return .double(value)
    }

    private var isAtExponent: Bool { peek() == UInt8(ascii: "e") || peek() == UInt8(ascii: "E") }

    /// The value of a run of digits; meaningless where there are more than 18.
    private mutating func digits() -> Int64 {
        var value: Int64 = 0
        while let byte = peek(), Self.isDigit(byte) {
            value = value &* 10 &+ Int64(byte - UInt8(ascii: "0"))
            position += 1
        }
        return value
    }

    private var hasDigit: Bool { peek().map(Self.isDigit) ?? false }

    /// The error of what stands at the position where a digit belongs.
    ///
    /// - Parameter start: Where the number begins, if its first digits are good: Jackson names the place behind the first.
    private func noDigit(_ expectation: String, of start: Int? = nil) -> JSONError {
        guard position < bytes.count else { return error("Unexpected end-of-input in a Number value") }
        return error("Unexpected character (\(found)) in numeric value: \(expectation)", at: start ?? position, past: 1)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") <= 9 }
}
