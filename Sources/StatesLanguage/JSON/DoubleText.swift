/// The text of a double as Java prints it, and so AWS: the fewest digits that name it, an exponent from 10⁷ on and
/// below 10⁻³. `1.0`, `0.1`, `1.0E10`, `1.5E-7`.
enum DoubleText {
    static func text(_ value: Double) -> String {
        let magnitude = value.magnitude
        let plain = value.description
        // Swift's digits are the shortest too; only the place of the exponent differs.
        guard magnitude != 0, magnitude >= 1e7 || magnitude < 1e-3 else { return plain }
        let (digits, exponent) = decompose(magnitude.description)
        let fraction = digits.dropFirst()
        return (value < 0 ? "-" : "") + digits.prefix(1) + "." + (fraction.isEmpty ? "0" : fraction) + "E\(exponent)"
    }

    /// The significant digits of a positive double's description, and the power of ten of the first one.
    private static func decompose(_ description: String) -> (digits: Substring, exponent: Int) {
        let parts = description.split(separator: "e")
        let mantissa = parts[0]
        let whole = mantissa.prefix { $0 != "." }
        let all = String(mantissa.filter { $0 != "." })
        let significant = all.drop { $0 == "0" }
        let leadingZeros = all.count - significant.count
        let scale = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let trailingZeros = significant.reversed().prefix { $0 == "0" }.count
        return (significant.dropLast(trailingZeros), scale + whole.count - 1 - leadingZeros)
    }
}
