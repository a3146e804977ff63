extension Tokenizer {
    /// Reads a string that stands in quotes.
    mutating func string(_ quote: Unicode.Scalar) throws(JSONataError) -> String {
        let start = position
        position += 1
        var units: [UInt16] = []
        while let scalar = peek() {
            position += 1
            if scalar == quote { return String(decoding: units, as: UTF16.self) }
            if scalar == "\\" {
                units.append(try escaped())
            } else {
                units.append(contentsOf: UTF16.encode(scalar)!)
            }
        }
        throw JSONataError(.s0101, at: start)
    }

    private mutating func escaped() throws(JSONataError) -> UInt16 {
        guard let scalar = peek() else { throw JSONataError(.s0103, at: position, token: "") }
        position += 1
        switch scalar {
        case "\"", "\\", "/": return UInt16(scalar.value)
        case "b": return 0x08
        case "f": return 0x0C
        case "n": return 0x0A
        case "r": return 0x0D
        case "t": return 0x09
        case "u":
            let digits = scalars[position..<min(position + 4, scalars.count)]
            guard digits.count == 4, digits.allSatisfy(\.properties.isASCIIHexDigit),
                let unit = UInt16(String(digits), radix: 16)
            else { throw JSONataError(.s0104, at: position) }
            position += 4
            return unit
        default:
            throw JSONataError(.s0103, at: position, token: String([scalar]))
        }
    }

    /// Reads a number as JSON writes it.
    mutating func number() throws(JSONataError) -> Double {
        let start = position
        if peek() == "0" { position += 1 } else { skipDigits() }
        if peek() == ".", isDigit(peek(1)) {
            position += 1
            skipDigits()
        }
        if peek() == "e" || peek() == "E" {
            let hasSign = peek(1) == "+" || peek(1) == "-"
            if isDigit(peek(hasSign ? 2 : 1)) {
                position += hasSign ? 2 : 1
                skipDigits()
            }
        }
        let text = String(scalars[start..<position])
        guard let number = Double(text), number.isFinite else { throw JSONataError(.s0102, at: start, token: text) }
        return number
    }

    private func isDigit(_ scalar: Unicode.Scalar?) -> Bool { scalar.map { ("0"..."9").contains($0) } ?? false }

    private mutating func skipDigits() { while isDigit(peek()) { position += 1 } }

    /// Reads a regular expression up to the slash that ends it, and its flags.
    mutating func regex() throws(JSONataError) -> Pattern {
        let start = position
        var depth = 0
        while let scalar = peek() {
            if scalar == "/", depth == 0, !isEscaped(after: start) {
                guard position > start else { throw JSONataError(.s0301, at: position) }
                let source = String(scalars[start..<position])
                position += 1
                let flagsStart = position
                while peek() == "i" || peek() == "m" { position += 1 }
                return try Pattern(source, flags: Array(scalars[flagsStart..<position]), at: start - 1)
            }
            let isPlain = position == start || scalars[position - 1] != "\\"
            if isPlain, scalar == "(" || scalar == "[" || scalar == "{" { depth += 1 }
            if isPlain, scalar == ")" || scalar == "]" || scalar == "}" { depth -= 1 }
            position += 1
        }
        throw JSONataError(.s0302, at: position)
    }

    private func isEscaped(after start: Int) -> Bool {
        var count = 0
        while position - count > start, scalars[position - count - 1] == "\\" { count += 1 }
        return count % 2 == 1
    }
}
