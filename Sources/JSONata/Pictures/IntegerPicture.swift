/// How `$formatInteger` writes a whole number, and how `$parseInteger` and dates read one.
///
/// Source: XPath and XQuery Functions 3.1, 4.6.1.
struct IntegerPicture {
    enum Form {
        case letters
        case roman
        case words
        case decimal
        /// One that nobody has defined.
        case sequence(String)
    }

    enum Casing {
        case upper
        case lower
        case title
    }

    /// A separator, before so many digits from the end.
    struct Group {
        let position: Int
        let character: Unicode.Scalar
    }

    private(set) var form: Form
    private(set) var casing = Casing.lower
    private(set) var isOrdinal = false
    /// The digit 0 of the family.
    private(set) var zero: UInt32 = 0x30
    var mandatoryDigits = 0
    private(set) var optionalDigits = 0
    private(set) var groups: [Group] = []
    /// The distance of the separators, where they are all alike and in equal distances; else 0.
    private(set) var regularGroup = 0
    /// How many digits to read, where another number follows at once.
    var width: Int?

    /// - Throws: `D3131` where digits of several families are mixed.
    init(_ picture: String) throws(JSONataError) {
        var primary = picture
        if let semicolon = picture.lastIndex(of: ";") {
            primary = String(picture[..<semicolon])
            isOrdinal = picture[semicolon...].hasPrefix(";o")
        }
        switch primary {
        case "A", "a": form = .letters
        case "I", "i": form = .roman
        case "W", "w", "Ww": form = .words
        default: form = .decimal
        }
        switch primary {
        case "A", "I", "W": casing = .upper
        case "Ww": casing = .title
        default: break
        }
        if case .decimal = form { try readDigits(primary) }
    }

    private mutating func readDigits(_ picture: String) throws(JSONataError) {
        var family: UInt32?
        var position = 0
        for scalar in picture.unicodeScalars.reversed() {
            if let zero = Self.zero(of: scalar) {
                guard family == nil || family == zero else { throw JSONataError(.d3131) }
                family = zero
                mandatoryDigits += 1
                position += 1
            } else if scalar == "#" {
                optionalDigits += 1
                position += 1
            } else {
                groups.append(Group(position: position, character: scalar))
            }
        }
        guard let family else {
            form = .sequence(picture)
            return
        }
        zero = family
        if let first = groups.first, groups.allSatisfy({ $0.character == first.character }) {
            regularGroup = SubPicture.regular(groups.map(\.position))
        }
    }

    /// The zero of the family that a digit belongs to.
    private static func zero(of scalar: Unicode.Scalar) -> UInt32? {
        guard scalar.properties.generalCategory == .decimalNumber, let value = scalar.properties.numericValue else {
            return nil
        }
        return scalar.value - UInt32(value)
    }

    private var unsupported: JSONataError? {
        if case .sequence(let token) = form {
            JSONataError(.d3130, fields: [("value", JSON.string(token).text)])
        } else {
            nil
        }
    }

    /// - Throws: `D3130` where the picture has no digit.
    func format(_ number: Double) throws(JSONataError) -> String {
        let value = number.magnitude
        let text: String
        switch form {
        case .letters: text = Numerals.letters(value, isUpper: casing == .upper)
        case .roman:
            let roman = Numerals.roman(value)
            text = casing == .upper ? roman.uppercased() : roman
        case .words:
            let words = NumberWords.words(value, isOrdinal: isOrdinal)
            text = casing == .upper ? words.uppercased() : casing == .lower ? words.lowercased() : words
        case .decimal: text = decimal(value)
        case .sequence: throw unsupported ?? JSONataError(.d3130)
        }
        return number < 0 ? "-" + text : text
    }

    private func decimal(_ value: Double) -> String {
        let plain = DecimalDigits(shortest: value).whole
        let digits = String(repeating: "0", count: max(0, mandatoryDigits - plain.utf8.count)) + plain
        var scalars: [Unicode.Scalar] = []
        for (index, digit) in digits.unicodeScalars.enumerated() {
            let rest = digits.utf8.count - index
            if index > 0, let separator = separator(before: rest) { scalars.append(separator) }
            scalars.append(Unicode.Scalar(digit.value - 0x30 + zero) ?? digit)
        }
        return String(scalars) + (isOrdinal ? Self.suffix(digits) : "")
    }

    private func separator(before digits: Int) -> Unicode.Scalar? {
        if regularGroup > 0 { return digits % regularGroup == 0 ? groups[0].character : nil }
        return groups.first { $0.position == digits }?.character
    }

    private static func suffix(_ digits: String) -> String {
        let last = Array(digits.utf8.suffix(2))
        if last.count == 2, last[0] == UInt8(ascii: "1") { return "th" }
        return switch last.last {
        case UInt8(ascii: "1"): "st"
        case UInt8(ascii: "2"): "nd"
        case UInt8(ascii: "3"): "rd"
        default: "th"
        }
    }

    /// Reads a number; `nil` where there is none.
    ///
    /// - Throws: `D3130` where the picture has no digit.
    func parse(_ text: String) throws(JSONataError) -> Double? {
        switch form {
        case .letters: Numerals.number(letters: text)
        case .roman: Numerals.number(roman: text)
        case .words: NumberWords.number(text)
        case .decimal: parseDecimal(text)
        case .sequence: throw unsupported ?? JSONataError(.d3130)
        }
    }

    private func parseDecimal(_ text: String) -> Double? {
        // Of regular groups, jsonata-js takes commas for separators, whatever the picture has.
        let separators = groups.map(\.character) + (regularGroup > 0 ? [","] : [])
        var digits = text.unicodeScalars.filter { !separators.contains($0) }.map { scalar -> Unicode.Scalar in
            guard zero != 0x30, scalar.value >= zero, scalar.value - zero < 10 else { return scalar }
            return Unicode.Scalar(scalar.value - zero + 0x30) ?? scalar
        }
        if isOrdinal { digits.removeLast(min(2, digits.count)) }
        let isNegative = digits.first == "-"
        let number = digits.dropFirst(isNegative ? 1 : 0).prefix { ("0"..."9").contains($0) }
        return Double(String(number)).map { isNegative ? -$0 : $0 }
    }
}
