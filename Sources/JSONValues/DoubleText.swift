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
    private static func decompose(_ description: String) -> (digits: String, exponent: Int) {
        var digits: [UInt8] = []
        var wholeCount: Int?
        var scale = 0
        for (place, byte) in description.utf8.enumerated() {
            if byte == UInt8(ascii: "e") {
                scale = Int(String(decoding: description.utf8.dropFirst(place + 1), as: UTF8.self)) ?? 0
                break
            }
            if byte == UInt8(ascii: ".") { wholeCount = digits.count } else { digits.append(byte) }
        }
        let whole = wholeCount ?? digits.count
        let leadingZeros = digits.prefix { $0 == UInt8(ascii: "0") }.count
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        let significant = String(decoding: digits.dropFirst(leadingZeros), as: UTF8.self)
        return (significant, scale + whole - 1 - leadingZeros)
    }
}
