/// The text of a double as Java prints it, and so AWS: the fewest digits that name it, an exponent from 10⁷ on and
/// below 10⁻³. `1.0`, `0.1`, `1.0E10`, `1.5E-7`.
enum DoubleText {
    static func text(_ value: Double) -> String {
        let magnitude = value.magnitude
        var plain = value.description
        // Swift's digits are the shortest too; only the place of the exponent differs.
        guard magnitude != 0, magnitude >= 1e7 || magnitude < 1e-3 else { return plain }
        return plain.withUTF8 { plain in
            // A sign, 17 digits, a point, E, a sign and three digits at the most.
            String(unsafeUninitializedCapacity: 24) { write(plain, to: $0) }
        }
    }

    /// Writes what Swift says of a finite double that is not zero, with one digit before the point and an exponent.
    ///
    /// - Returns: How many bytes it has.
    private static func write(
        _ plain: UnsafeBufferPointer<UInt8>,
        to text: UnsafeMutableBufferPointer<UInt8>
    ) -> Int {
        var end = 0
        func append(_ byte: UInt8) {
            text[end] = byte
            end += 1
        }
        // Digits that have been read, zeros before the first other one, digits before the point, digits that are written.
        var (read, zeros, whole, written) = (0, 0, Int?.none, 0)
        var scale = 0
        scan: for (place, byte) in plain.enumerated() {
            switch byte {
            case UInt8(ascii: "-"): append(byte)
            case UInt8(ascii: "."): whole = read
            case UInt8(ascii: "e"):
                scale = exponent(plain[(place + 1)...])
                break scan
            case UInt8(ascii: "0") where written == 0:
                read += 1
                zeros += 1
            default:
                read += 1
                written += 1
                append(byte)
                if written == 1 { append(UInt8(ascii: ".")) }
            }
        }
        while written > 1, text[end - 1] == UInt8(ascii: "0") { (end, written) = (end - 1, written - 1) }
        if written == 1 { append(UInt8(ascii: "0")) }
        append(UInt8(ascii: "E"))
        for byte in String(scale + (whole ?? read) - 1 - zeros).utf8 { append(byte) }
        return end
    }

    /// A sign and digits.
    private static func exponent(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> Int {
        var number = 0
        for byte in digits where byte >= UInt8(ascii: "0") { number = number * 10 + Int(byte - UInt8(ascii: "0")) }
        return digits.first == UInt8(ascii: "-") ? -number : number
    }
}
