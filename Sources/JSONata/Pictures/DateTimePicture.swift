/// How a moment is written as text, and read from it.
///
/// Source: XPath and XQuery Functions 3.1, 9.8.4.
struct DateTimePicture {
    enum Part {
        case literal(String)
        case marker(Marker)
    }

    /// A component of the moment, and how it is written.
    struct Marker {
        let component: Unicode.Scalar
        /// How letters are written, where it is a name.
        var names: IntegerPicture.Casing?
        /// How the number is written, where it is one.
        var integer: IntegerPicture?
        var least: Int?
        var most: Int?
        /// How many digits of the year are written; `nil` for all.
        var yearDigits: Int?
        /// Whether no offset from UTC is `Z`.
        var isTraditional = false
    }

    private(set) var parts: [Part] = []

    /// As ISO 8601 writes it, in UTC to the millisecond.
    static let iso8601 = "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]"

    /// - Throws: `D3131` to `D3135` for a picture that means nothing.
    init(_ picture: String) throws(JSONataError) {
        let scalars = Array(picture.unicodeScalars)
        var literal: [Unicode.Scalar] = []
        var index = 0
        while index < scalars.count {
            let scalar = scalars[index]
            let isDouble = index + 1 < scalars.count && scalars[index + 1] == scalar
            if scalar == "[", !isDouble {
                guard let end = scalars[index...].firstIndex(of: "]") else { throw JSONataError(.d3135) }
                addLiteral(&literal)
                try addMarker(scalars[(index + 1)..<end].filter { !$0.isWhitespace })
                index = end + 1
            } else {
                literal.append(scalar)
                index += isDouble && (scalar == "[" || scalar == "]") ? 2 : 1
            }
        }
        addLiteral(&literal)
    }

    private mutating func addLiteral(_ literal: inout [Unicode.Scalar]) {
        if !literal.isEmpty { parts.append(.literal(String(literal))) }
        literal = []
    }

    private mutating func addMarker(_ scalars: [Unicode.Scalar]) throws(JSONataError) {
        guard let component = scalars.first else { throw Self.unknown("") }
        var marker = Marker(component: component)
        var presentation = scalars.dropFirst()
        if let comma = scalars.lastIndex(of: ",") {
            let bounds = scalars[(comma + 1)...].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            marker.least = bounds.first.flatMap { Int(String($0)) }
            marker.most = bounds.dropFirst().first.flatMap { Int(String($0)) }
            presentation = comma > 0 ? scalars[1..<comma] : []
        }
        guard let usual = Self.presentations[component] else { throw Self.unknown(String([component])) }
        if presentation.isEmpty { presentation = Array(usual.unicodeScalars)[...] }
        var isOrdinal = false
        if presentation.count > 1, let last = presentation.last, "atco".unicodeScalars.contains(last) {
            isOrdinal = last == "o"
            marker.isTraditional = last == "t"
            presentation = presentation.dropLast()
        }
        try present(String(presentation), isOrdinal: isOrdinal, &marker)
        parts.append(.marker(marker))
    }

    private static func unknown(_ component: String) -> JSONataError {
        JSONataError(.d3132, fields: [("value", JSON.string(component).text)])
    }

    private mutating func present(_ text: String, isOrdinal: Bool, _ marker: inout Marker) throws(JSONataError) {
        if text.hasPrefix("n") {
            marker.names = .lower
        } else if text.hasPrefix("N") {
            marker.names = text.hasPrefix("Nn") ? .title : .upper
        } else if marker.component == "Z" || marker.component == "z" {
            marker.integer = try IntegerPicture(text)
        } else if Self.numbers.contains(marker.component) {
            var integer = try IntegerPicture(text + (isOrdinal ? ";o" : ""))
            if let least = marker.least {
                integer.mandatoryDigits = max(integer.mandatoryDigits, min(least, Self.mostDigits))
            }
            if marker.component == "Y" {
                if let most = marker.most {
                    marker.yearDigits = most
                    integer.mandatoryDigits = min(most, Self.mostDigits)
                } else if integer.mandatoryDigits + integer.optionalDigits >= 2 {
                    marker.yearDigits = integer.mandatoryDigits + integer.optionalDigits
                }
            }
            marker.integer = integer
            // Two numbers without anything between them: the first one ends after its digits.
            if case .marker(var before)? = parts.last, let digits = before.integer?.mandatoryDigits {
                before.integer?.width = digits
                parts[parts.count - 1] = .marker(before)
            }
        }
    }

    private static let mostDigits = 100

    private static let numbers: Set<Unicode.Scalar> = Set("YMDdFWwXxHhmsf".unicodeScalars)

    /// How each component is written where the picture does not say.
    private static let presentations: [Unicode.Scalar: String] = [
        "Y": "1", "M": "1", "D": "1", "d": "1", "F": "n", "W": "1", "w": "1", "X": "1", "x": "1", "H": "1", "h": "1",
        "P": "n", "m": "01", "s": "01", "f": "1", "Z": "01:01", "z": "01:01", "C": "n", "E": "n",
    ]

    static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    static let days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
}
