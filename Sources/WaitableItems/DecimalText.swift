/// DynamoDB's numbers: decimals of up to 38 significant digits, from 1E-130 to 9.99…E+125 in magnitude.
///
/// Source: Amazon DynamoDB developer guide, "Data types: Number".
package enum DecimalText {
    /// The canonical text of a number: no exponent, no needless zeros or signs, `0` for zero.
    ///
    /// - Throws: A ``ItemProblem`` in DynamoDB's words.
    package static func canonical(_ text: String) throws(ItemProblem) -> String {
        guard let decimal = Decimal(text) else {
            let shown = text.isEmpty ? "" : ": \(text)"
            throw .validation("The parameter cannot be converted to a numeric value\(shown)")
        }
        guard !decimal.digits.isEmpty else { return "0" }
        guard decimal.digits.count <= 38 else {
            throw .validation("Attempting to store more than 38 significant digits in a Number")
        }
        guard decimal.magnitude <= 125 else {
            throw .validation(
                "Number overflow. Attempting to store a number with magnitude larger than supported range"
            )
        }
        guard decimal.magnitude >= -130 else {
            throw .validation(
                "Number underflow. Attempting to store a number with magnitude smaller than supported range"
            )
        }
        return decimal.plain
    }

    /// Significant digits, and the power of ten that the first of them stands for.
    private struct Decimal {
        var isNegative = false
        var digits: [UInt8] = []
        var magnitude = 0

        init?(_ text: String) {
            var rest = ArraySlice(text.utf8)
            if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
                isNegative = sign == UInt8(ascii: "-")
                rest.removeFirst()
            }
            let whole = Self.takeDigits(&rest)
            var fraction: ArraySlice<UInt8> = []
            if rest.first == UInt8(ascii: ".") {
                rest.removeFirst()
                fraction = Self.takeDigits(&rest)
            }
            guard !whole.isEmpty || !fraction.isEmpty else { return nil }
            var exponent = 0
            if let letter = rest.first, letter == UInt8(ascii: "e") || letter == UInt8(ascii: "E") {
                rest.removeFirst()
                var sign = 1
                if let mark = rest.first, mark == UInt8(ascii: "-") || mark == UInt8(ascii: "+") {
                    sign = mark == UInt8(ascii: "-") ? -1 : 1
                    rest.removeFirst()
                }
                let power = Self.takeDigits(&rest).drop { $0 == UInt8(ascii: "0") }
                guard power.endIndex > 0, Self.isDigit(text.utf8.last), power.count <= 6 else { return nil }
                exponent = sign * (Int(String(decoding: power, as: UTF8.self)) ?? 0)
            }
            guard rest.isEmpty else { return nil }
            let all = Array(whole) + Array(fraction)
            let leading = all.prefix { $0 == UInt8(ascii: "0") }.count
            digits = Array(all.dropFirst(leading))
            while digits.last == UInt8(ascii: "0") { digits.removeLast() }
            magnitude = whole.count - leading - 1 + exponent
        }

        var plain: String {
            var text: [UInt8] = isNegative ? [UInt8(ascii: "-")] : []
            if magnitude < 0 {
                text += [UInt8(ascii: "0"), UInt8(ascii: ".")]
                text += [UInt8](repeating: UInt8(ascii: "0"), count: -magnitude - 1)
                text += digits
            } else {
                let wholeCount = magnitude + 1
                text += digits.prefix(wholeCount)
                text += [UInt8](repeating: UInt8(ascii: "0"), count: max(0, wholeCount - digits.count))
                if digits.count > wholeCount {
                    text.append(UInt8(ascii: "."))
                    text += digits.dropFirst(wholeCount)
                }
            }
            return String(decoding: text, as: UTF8.self)
        }

        private static func isDigit(_ byte: UInt8?) -> Bool {
            byte.map { $0 &- UInt8(ascii: "0") <= 9 } ?? false
        }

        private static func takeDigits(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
            let digits = rest.prefix { isDigit($0) }
            rest = rest.dropFirst(digits.count)
            return digits
        }
    }
}
