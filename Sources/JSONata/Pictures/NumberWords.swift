/// Numbers in English words.
enum NumberWords {
    private static let few = [
        "Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve",
        "Thirteen", "Fourteen", "Fifteen", "Sixteen", "Seventeen", "Eighteen", "Nineteen",
    ]
    private static let fewOrdinals = [
        "Zeroth", "First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth",
        "Eleventh", "Twelfth", "Thirteenth", "Fourteenth", "Fifteenth", "Sixteenth", "Seventeenth", "Eighteenth",
        "Nineteenth",
    ]
    private static let tens = ["Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety"]
    private static let magnitudes = ["Thousand", "Million", "Billion", "Trillion"]

    static func words(_ value: Double, isOrdinal: Bool) -> String { words(value, isFirst: true, isOrdinal: isOrdinal) }

    private static func words(_ value: Double, isFirst: Bool, isOrdinal: Bool) -> String {
        switch value {
        case ..<20: return (isFirst ? "" : " and ") + (isOrdinal ? fewOrdinals : few)[Int(value)]
        case ..<100:
            let ten = tens[Int(value / 10) - 2]
            let rest = value.truncatingRemainder(dividingBy: 10)
            let start = isFirst ? "" : " and "
            if rest > 0 { return start + ten + "-" + words(rest, isFirst: true, isOrdinal: isOrdinal) }
            return start + (isOrdinal ? String(decoding: ten.utf8.dropLast(), as: UTF8.self) + "ieth" : ten)
        case ..<1_000:
            let rest = value.truncatingRemainder(dividingBy: 100)
            return (isFirst ? "" : ", ") + few[Int(value / 100)] + " Hundred" + end(rest, isOrdinal)
        default:
            var (magnitude, factor) = (0, 1_000.0)
            while magnitude < magnitudes.count - 1, value >= factor * 1_000 {
                magnitude += 1
                factor *= 1_000
            }
            let count = (value / factor).rounded(.down)
            let start = (isFirst ? "" : ", ") + words(count, isFirst: true, isOrdinal: false)
            return start + " " + magnitudes[magnitude] + end(value - count * factor, isOrdinal)
        }
    }

    private static func end(_ rest: Double, _ isOrdinal: Bool) -> String {
        rest > 0 ? words(rest, isFirst: false, isOrdinal: isOrdinal) : isOrdinal ? "th" : ""
    }

    /// The value of each word.
    private static let values: [Spelling: Double] = {
        var values: [Spelling: Double] = ["hundred": 100, "hundredth": 100]
        for (value, word) in few.enumerated() { values[word.lowercased()] = Double(value) }
        for (value, word) in fewOrdinals.enumerated() { values[word.lowercased()] = Double(value) }
        for (index, word) in tens.enumerated() {
            values[word.lowercased()] = Double(10 * index + 20)
            values[String(decoding: word.lowercased().utf8.dropLast(), as: UTF8.self) + "ieth"] = Double(
                10 * index + 20
            )
        }
        var factor = 1_000.0
        for word in magnitudes {
            values[word.lowercased()] = factor
            values[word.lowercased() + "th"] = factor
            factor *= 1_000
        }
        return values
    }()

    /// All words, as a regular expression that takes any number of them.
    static let pattern: String = {
        let words = values.keys.map(\.text).sorted { (a: String, b: String) -> Bool in
            let (lengthOfA, lengthOfB) = (a.utf8.count, b.utf8.count)
            return lengthOfA == lengthOfB ? a < b : lengthOfA > lengthOfB
        }
        return "(?:" + (words + ["and", "[\\-, ]"]).joined(separator: "|") + ")+"
    }()

    /// Reads a number; `nil` where a word is none of one.
    static func number(_ text: String) -> Double? {
        let words = text.lowercased().unicodeScalars.split {
            $0 == " " || $0 == "," || $0 == "-" || $0 == "\t" || $0 == "\n"
        }
        var segments = [0.0]
        for word in words where String(word) != "and" {
            guard let value = values[String(word)] else { return nil }
            let last = segments.removeLast()
            if value >= 100 {
                segments.append(last * value)
            } else if last >= 1_000 {
                segments += [last, value]
            } else {
                segments.append(last + value)
            }
        }
        return segments.reduce(0, +)
    }
}
