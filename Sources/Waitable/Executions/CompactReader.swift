import StatesLanguage

/// Reads the parts of a ``CompactDocument``, one after the other; `nil` where one is not there.
struct CompactReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var startMilliseconds: Int64 = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// What was not read yet.
    var rest: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: bytes[position...]) }

    mutating func letter() -> UInt8? {
        guard position < bytes.count else { return nil }
        position += 1
        return bytes[position - 1]
    }

    /// The start, which the instants that follow count from.
    mutating func start() -> Instant? {
        guard let number = digits(7) else { return nil }
        startMilliseconds = Int64(number)
        return Instant(milliseconds: startMilliseconds)
    }

    /// A number of so many digits.
    mutating func digits(_ count: Int) -> UInt64? {
        guard position + count <= bytes.count else { return nil }
        defer { position += count }
        return Self.number(UnsafeBufferPointer(rebasing: bytes[position..<position + count]))
    }

    /// A field that holds an instant.
    mutating func instant() -> Instant? {
        guard let number = number(), number < 1 << 62 else { return nil }
        return Instant(milliseconds: startMilliseconds).adding(milliseconds: Int64(number))
    }

    /// A field that holds a number of at most 60 bits.
    mutating func number() -> UInt64? {
        guard let field = field(), field.count <= 10 else { return nil }
        return Self.number(field)
    }

    /// A field that holds a text.
    mutating func text() -> String? { field().map { String(decoding: $0, as: UTF8.self) } }

    /// A field that holds a journal, or nothing.
    mutating func journal() -> Journal?? {
        guard let field = field() else { return nil }
        if field.isEmpty { return .some(nil) }
        return Journal(compact: field).map { .some($0) }
    }

    /// Goes past a field.
    mutating func skipField() -> Bool { field() != nil }

    private mutating func field() -> UnsafeBufferPointer<UInt8>? {
        let start = position
        while position < bytes.count {
            position += 1
            if bytes[position - 1] == CompactWriter.separator {
                return UnsafeBufferPointer(rebasing: bytes[start..<position - 1])
            }
        }
        return nil
    }

    /// The number that digits stand for.
    static func number(_ digits: UnsafeBufferPointer<UInt8>) -> UInt64? {
        var number: UInt64 = 0
        for digit in digits {
            guard let value = value(ofDigit: digit) else { return nil }
            number = number << 6 | UInt64(value)
        }
        return number
    }

    private static func value(ofDigit digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): digit - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0") + 52
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
