import StatesLanguage

extension Instant {
    /// Writes ``StatesLanguage/Instant/epochSeconds`` as JSON text.
    func writeEpochSeconds(to bytes: inout [UInt8]) {
        // From 2001 to 2286 the digits are those of the milliseconds: no double's shortest digits have to be found.
        guard (1_000_000_000_000..<10_000_000_000_000).contains(milliseconds) else {
            return epochSeconds.write(to: &bytes)
        }
        var digits = Array(String(milliseconds).utf8)
        while digits.count > 2, digits.last == UInt8(ascii: "0") { digits.removeLast() }
        bytes.append(digits[0])
        bytes.append(UInt8(ascii: "."))
        bytes += digits.dropFirst()
        bytes += "E9".utf8
    }
}
