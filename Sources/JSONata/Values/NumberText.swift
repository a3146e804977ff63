/// A number as JavaScript writes it: the fewest digits that name it, and an exponent from 10²¹ on and below 10⁻⁶.
enum NumberText {
    static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
        // Whole numbers of up to 15 digits are the usual ones.
        if value.magnitude < 1e15, let whole = Int64(exactly: value) { return String(whole) }
        return (value < 0 ? "-" : "") + text(DecimalDigits(shortest: value.magnitude))
    }

    /// The number with no more than 15 digits that count, as JSONata writes it into texts.
    static func roundedText(_ value: Double) -> String {
        if value.magnitude < 1e15, let whole = Int64(exactly: value) { return String(whole) }
        return (value < 0 ? "-" : "") + text(rounded(value))
    }

    /// The units that ``roundedText(_:)`` takes, beside those of its text: the digits of a fraction have to be found.
    static func cost(_ value: Double) -> Int { value.rounded() == value && value.magnitude < 1e15 ? 0 : 4 }

    /// The fewest digits of a number, but no more than 15.
    private static func rounded(_ value: Double) -> DecimalDigits {
        let digits = DecimalDigits(shortest: value.magnitude)
        guard digits.digits.count > 15 else { return digits }
        return DecimalDigits(exactly: value.magnitude).rounded(toDigits: 15)
    }

    private static func text(_ decimal: DecimalDigits) -> String {
        let digits = decimal.digits
        guard let first = digits.first else { return "0" }
        // The place of the point, counted from before the first digit.
        let point = decimal.exponent + 1
        if point > 21 || point <= -6 {
            let fraction = digits.count > 1 ? "." + Self.text(digits.dropFirst()) : ""
            return Self.text([first]) + fraction + (point > 0 ? "e+" : "e-") + String(abs(point - 1))
        }
        if point <= 0 { return "0." + String(repeating: "0", count: -point) + Self.text(digits[...]) }
        if digits.count <= point {
            return Self.text(digits[...]) + String(repeating: "0", count: point - digits.count)
        }
        return Self.text(digits[..<point]) + "." + Self.text(digits[point...])
    }

    private static func text(_ digits: ArraySlice<UInt8>) -> String {
        String(decoding: digits.map { $0 + UInt8(ascii: "0") }, as: UTF8.self)
    }
}
