/// Numbers in letters and in Roman numerals.
enum Numerals {
    private static let romans: [(value: Double, text: String)] = [
        (1_000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
        (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
    ]

    /// The most thousands that are written.
    private static let most = 1_000_000.0

    static func roman(_ value: Double) -> String {
        var (rest, text) = (min(value, most), "")
        for (value, numeral) in romans {
            while rest >= value {
                text += numeral
                rest -= value
            }
        }
        return text
    }

    static func number(roman text: String) -> Double {
        let digits = text.unicodeScalars.map { scalar in
            romans.first { $0.text == String([scalar]).lowercased() }?.value ?? 0
        }
        var (total, greatest) = (0.0, 1.0)
        for digit in digits.reversed() {
            if digit < greatest { total -= digit } else { total += digit }
            greatest = max(greatest, digit)
        }
        return total
    }

    /// `a` to `z`, then `aa` and so on.
    static func letters(_ value: Double, isUpper: Bool) -> String {
        var (rest, letters) = (value, [UInt8]())
        while rest >= 1, letters.count < 400 {
            let digit = (rest - 1).truncatingRemainder(dividingBy: 26)
            letters.append((isUpper ? 0x41 : 0x61) + UInt8(digit))
            rest = ((rest - 1 - digit) / 26).rounded(.down)
        }
        return String(decoding: letters.reversed(), as: UTF8.self)
    }

    static func number(letters text: String) -> Double {
        text.utf8.reduce(0) { $0 * 26 + Double($1 & 0x1F) }
    }
}
