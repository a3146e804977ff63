/// How `$formatNumber` writes a number.
///
/// Source: XPath and XQuery Functions 3.1, 4.7.
struct NumberPicture {
    private let format: NumberFormat
    private let positive: SubPicture
    private let negative: SubPicture

    /// - Throws: An error `D308…` or `D309…` of a picture that means nothing.
    init(_ picture: String, _ format: NumberFormat) throws(JSONataError) {
        self.format = format
        let parts = Array(picture.unicodeScalars)
            .split(separator: format.patternSeparator, omittingEmptySubsequences: false)
        guard parts.count <= 2 else { throw JSONataError(.d3080) }
        positive = try SubPicture(Array(parts[0]), format)
        if parts.count == 2 {
            negative = try SubPicture(Array(parts[1]), format)
        } else {
            var negative = positive
            negative.prefix = format.minusSign + negative.prefix
            self.negative = negative
        }
    }

    func format(_ value: Double) -> String {
        let picture = value >= 0 ? positive : negative
        var (mantissa, exponent) = (value.magnitude * picture.factor, 0)
        if picture.exponentSize > 0, mantissa > 0, mantissa.isFinite {
            let (most, least) = (power(picture.scale), power(picture.scale - 1))
            while mantissa < least {
                mantissa *= 10
                exponent -= 1
            }
            while mantissa > most {
                mantissa /= 10
                exponent += 1
            }
        }
        let rounded = Library.rounded(mantissa, places: picture.mostFraction)
        let digits = DecimalDigits(shortest: rounded)
        var text = picture.prefix
        text += String(integer(digits, picture))
        let fraction = fraction(digits, picture)
        if !fraction.isEmpty { text += String([format.decimalSeparator]) + String(fraction) }
        if picture.exponentSize > 0 {
            let all = String(exponent.magnitude).utf8.map { format.digit($0 - UInt8(ascii: "0")) }
            let padding = repeatElement(format.zeroDigit, count: max(0, picture.exponentSize - all.count))
            text += String([format.exponentSeparator]) + (exponent < 0 ? format.minusSign : "") + String(padding + all)
        }
        return text + picture.suffix
    }

    private func power(_ exponent: Int) -> Double { Double("1e\(exponent)") ?? 1 }

    private func integer(_ digits: DecimalDigits, _ picture: SubPicture) -> [Unicode.Scalar] {
        let highest = digits.digits.isEmpty ? -1 : max(-1, digits.exponent)
        let count = max(picture.leastInteger, highest + 1)
        var scalars: [Unicode.Scalar] = []
        for power in (0..<count).reversed() {
            scalars.append(format.digit(digits[power: power]))
            if power > 0, picture.hasSeparator(before: power) { scalars.append(format.groupingSeparator) }
        }
        return scalars
    }

    private func fraction(_ digits: DecimalDigits, _ picture: SubPicture) -> [Unicode.Scalar] {
        let lowest = digits.digits.isEmpty ? 0 : digits.exponent - digits.digits.count + 1
        let count = max(picture.leastFraction, max(0, -lowest))
        var scalars: [Unicode.Scalar] = []
        for place in 0..<count {
            if place > 0, picture.fractionGroups.contains(place) { scalars.append(format.groupingSeparator) }
            scalars.append(format.digit(digits[power: -place - 1]))
        }
        return scalars
    }
}
