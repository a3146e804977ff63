extension JSONParser {
    /// Goes past a string of nothing but plain ASCII; `false`, and nowhere, where there is more to check.
    mutating func skipPlainString() -> Bool {
        var index = position + 1
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                position = index + 1
                return true
            case UInt8(ascii: "\\"), 0..<0x20, 0x80...:
                return false
            default:
                index += 1
            }
        }
        return false
    }

    /// Reads a string. The usual one, without escapes, is taken from the bytes in one piece.
    ///
    /// - Parameter isName: Whether it is a member's key.
    mutating func string(isName: Bool = false) throws(JSONError) -> String {
        position += 1
        let start = position
        var all: UInt8 = 0
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                let utf8 = UnsafeBufferPointer(rebasing: bytes[start..<position])
                // Nothing but ASCII is valid; looking for more costs several times what decoding does.
                let text = all < 0x80 ? String(decoding: utf8, as: UTF8.self) : try decode(utf8)
                position += 1
                return text
            case UInt8(ascii: "\\"):
                return try escapedString(from: start, isName: isName)
            case 0..<0x20:
                throw controlCharacter(isName: isName)
            default:
                all |= byte
                position += 1
            }
        }
        throw unexpectedEndOfString(isName: isName)
    }

    private mutating func escapedString(from start: Int, isName: Bool) throws(JSONError) -> String {
        var text = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return try text.withUnsafeBufferPointer { (buffer) throws(JSONError) in try decode(buffer) }
            case UInt8(ascii: "\\"):
                try escape(into: &text)
            case 0..<0x20:
                throw controlCharacter(isName: isName)
            default:
                text.append(byte)
                position += 1
            }
        }
        throw unexpectedEndOfString(isName: isName)
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        position += 1
        guard let byte = peek() else { throw error("Unexpected end-of-input in character escape sequence") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: String(try unicodeEscape()).utf8)
        default:
            position -= 1
            throw error("Unrecognized character escape \(found)", past: 1)
        }
    }

    /// Reads the four digits behind `\u`, and the second half of a surrogate pair. A half that stands alone becomes
    /// the replacement character: no Swift string can hold it.
    private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
        let unit = try hexadecimalUnit()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard UTF16.isLeadSurrogate(unit), position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else { return "\u{FFFD}" }
        let rewind = position
        position += 2
        let second = try hexadecimalUnit()
        guard UTF16.isTrailSurrogate(second) else {
            position = rewind
            return "\u{FFFD}"
        }
        let value = 0x10000 + (UInt32(unit & 0x3FF) << 10) + UInt32(second & 0x3FF)
        return Unicode.Scalar(value) ?? "\u{FFFD}"
    }

    private mutating func hexadecimalUnit() throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = peek() else { throw error("Unexpected end-of-input in character escape sequence") }
            guard let digit = Hex.value(of: byte) else {
                throw error(
                    "Unexpected character (\(found)): expected a hex-digit for character escape sequence",
                    past: 1
                )
            }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }

    private func decode(_ utf8: UnsafeBufferPointer<UInt8>) throws(JSONError) -> String {
        guard let text = String(validating: utf8, as: UTF8.self) else { throw error("Invalid UTF-8 in a string") }
        return text
    }
}
