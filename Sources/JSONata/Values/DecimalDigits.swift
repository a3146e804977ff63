#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The decimal digits of a positive number, without zeros at either end.
struct DecimalDigits {
    private(set) var digits: [UInt8]
    /// The power of ten of the first digit.
    private(set) var exponent: Int

    /// The fewest digits that name the number.
    init(shortest value: Double) { self.init(scientific: value.description) }

    /// All the digits that the number has.
    init(exactly value: Double) {
        // 767 digits are the most that a double has.
        var buffer = [CChar](repeating: 0, count: 800)
        let count = withVaList([value]) { vsnprintf(&buffer, buffer.count, "%.767e", $0) }
        self.init(scientific: String(decoding: buffer.prefix(Int(count)).map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    /// The digits of a text such as `1.5e-07` or `150.0`.
    private init(scientific text: String) {
        let bytes = Array(text.utf8)
        let end = bytes.firstIndex(of: UInt8(ascii: "e")) ?? bytes.count
        let scale = Int(String(decoding: bytes[end...].dropFirst(), as: UTF8.self)) ?? 0
        let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) }
        // What is no digit is the point, whatever a locale has for it.
        let whole = bytes[..<end].prefix(while: isDigit).count
        let all = bytes[..<end].filter(isDigit).map { $0 - UInt8(ascii: "0") }
        let zeros = all.prefix { $0 == 0 }.count
        digits = Array(all.dropFirst(zeros))
        exponent = scale + whole - 1 - zeros
        trim()
    }

    private mutating func trim() { while digits.last == 0 { digits.removeLast() } }

    /// The digit of a power of ten.
    subscript(power power: Int) -> UInt8 {
        let index = exponent - power
        return digits.indices.contains(index) ? digits[index] : 0
    }

    /// The digits before the point.
    var whole: String {
        guard exponent >= 0, !digits.isEmpty else { return "0" }
        return String(decoding: (0...exponent).reversed().map { self[power: $0] + UInt8(ascii: "0") }, as: UTF8.self)
    }

    /// The number with no more than some digits. Half of the last one counts up.
    func rounded(toDigits count: Int) -> DecimalDigits { rounded(toPower: exponent - count + 1) }

    /// The number as a multiple of a power of ten. Half of it counts up.
    func rounded(toPower power: Int) -> DecimalDigits {
        let kept = exponent - power + 1
        guard kept < digits.count else { return self }
        var result = self
        guard kept >= 0 else {
            result.digits = []
            return result
        }
        let goesUp = digits[kept] >= 5
        result.digits = Array(digits[..<kept])
        if goesUp { result.increment() }
        result.trim()
        return result
    }

    /// Adds one to the last digit.
    private mutating func increment() {
        var index = digits.count - 1
        while index >= 0, digits[index] == 9 {
            digits[index] = 0
            index -= 1
        }
        if index >= 0 {
            digits[index] += 1
        } else {
            digits.insert(1, at: 0)
            exponent += 1
        }
    }
}
