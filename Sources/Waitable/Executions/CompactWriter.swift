import StatesLanguage

/// Writes the parts of a ``CompactDocument``.
struct CompactWriter {
    private(set) var bytes: [UInt8] = []
    private let start: Int64

    /// What ends a field.
    static let separator = UInt8(ascii: ";")
    init(start: Instant) {
        self.start = start.milliseconds
        bytes.reserveCapacity(64)
    }

    /// The letter, the revision and the start.
    ///
    /// - Returns: Whether the start is one that seven digits hold: none before 1970, and none after 2109.
    mutating func head(_ letter: Unicode.Scalar, _ revision: UInt64) -> Bool {
        guard (0..<1 << 42).contains(start) else { return false }
        bytes.append(UInt8(ascii: letter))
        digits(of: revision, count: 11)
        digits(of: UInt64(start), count: 7)
        return true
    }

    /// A field with an instant.
    ///
    /// - Returns: Whether it is after the start.
    mutating func instant(_ instant: Instant) -> Bool {
        guard instant.milliseconds >= start else { return false }
        number(UInt64(instant.milliseconds - start))
        return true
    }

    /// A field with a number.
    mutating func number(_ number: UInt64) {
        digits(of: number)
        bytes.append(Self.separator)
    }

    /// A field with a text that has no semicolon.
    mutating func text(_ text: String) {
        bytes.append(contentsOf: text.utf8)
        bytes.append(Self.separator)
    }

    /// A field with a fencing token: its ms after the start, a full stop, and its fraction as a number. Nobody reads it: it
    /// tells the commits of one lease from those of others.
    ///
    /// - Returns: Whether the text is a token.
    mutating func token(_ lease: String?) -> Bool {
        defer { bytes.append(Self.separator) }
        guard let lease else { return true }
        var numbers: (whole: UInt64, fraction: UInt64) = (0, 0)
        var isFraction = false
        for byte in lease.utf8 {
            let digit = UInt64(byte &- UInt8(ascii: "0"))
            if digit <= 9, !isFraction {
                numbers.whole = numbers.whole &* 10 &+ digit
            } else if digit <= 9 {
                numbers.fraction = numbers.fraction &* 10 &+ digit
            } else if byte == UInt8(ascii: "."), !isFraction {
                isFraction = true
            } else {
                return false
            }
        }
        guard isFraction, lease.utf8.count <= 24, numbers.whole >= UInt64(start) else { return false }
        digits(of: numbers.whole - UInt64(start))
        bytes.append(UInt8(ascii: "."))
        digits(of: numbers.fraction)
        return true
    }

    /// A field with what is kept of a journal.
    mutating func journal(_ journal: Journal?) {
        journal?.writeCompact(to: &bytes)
        bytes.append(Self.separator)
    }

    /// Bytes as they are.
    mutating func verbatim(_ text: UnsafeBufferPointer<UInt8>) { bytes.append(contentsOf: text) }

    /// One byte as it is.
    mutating func letter(_ letter: Unicode.Scalar) { bytes.append(UInt8(ascii: letter)) }

    /// The digit of a value below 64, of base64url.
    static func digit(_ value: UInt64) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: value)
        switch value {
        case 0..<26: return UInt8(ascii: "A") + value
        case 26..<52: return UInt8(ascii: "a") + value - 26
        case 52..<62: return UInt8(ascii: "0") + value - 52
        case 62: return UInt8(ascii: "-")
        default: return UInt8(ascii: "_")
        }
    }

    /// The digits of a number, none for 0.
    mutating func digits(of number: UInt64) {
        digits(of: number, count: (UInt64.bitWidth - number.leadingZeroBitCount + 5) / 6)
    }

    private mutating func digits(of number: UInt64, count: Int) {
        var place = 6 * count
        while place > 0 {
            place -= 6
            bytes.append(Self.digit(number >> UInt64(place) & 63))
        }
    }
}
