import StatesLanguage

/// A member of a call's body, and what may stand in it.
struct APIMember: Sendable {
    let name: String
    let rule: Rule
    let isRequired: Bool

    /// What may stand in a member. A value of another type is the business of who reads it.
    indirect enum Rule: Sendable {
        /// A text of so many characters.
        case text(ClosedRange<Int>)
        /// The name of an alias: letters, digits, `-`, `_` and `.`, and not digits alone.
        case aliasName
        /// One of some texts.
        case choice([String])
        /// A number within bounds.
        case integer(ClosedRange<Int>)
        /// A number within bounds, whole or not.
        case number(ClosedRange<Int>)
        /// An object with some members.
        case object([APIMember])
        /// A list of so many objects, each of a type that AWS has a name for.
        case list(ClosedRange<Int>, of: String, [APIMember])
        /// Anything.
        case any
    }

    static func required(_ name: String, _ rule: Rule) -> APIMember {
        APIMember(name: name, rule: rule, isRequired: true)
    }

    static func optional(_ name: String, _ rule: Rule) -> APIMember {
        APIMember(name: name, rule: rule, isRequired: false)
    }

    /// What is wrong with the member in an object, in AWS's words.
    ///
    /// - Parameter prefix: What its place begins with: `tags.1.member.`.
    /// - Throws: `SerializationException` for a value of another type.
    func violations(in object: JSONObject, prefix: String = "") throws(APIError) -> [String] {
        let place = prefix + name
        guard let value = object[name], value != .null else {
            return isRequired ? [APIError.violation(of: nil, at: place, "Member must not be null")] : []
        }
        var violations: [String] = []
        func check(_ isKept: Bool, _ rule: String) {
            if !isKept { violations.append(APIError.violation(of: shown(value), at: place, rule)) }
        }
        switch (rule, value) {
        case (.text(let lengths), .string(let text)):
            checkLength(text.unicodeScalars.count, lengths, check)
        case (.aliasName, .string(let text)):
            checkLength(text.unicodeScalars.count, 1...80, check)
            check(
                Self.isAliasName(text),
                #"Member must satisfy regular expression pattern: ^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$"#
            )
        case (.choice(let values), .string(let text)):
            check(values.contains(text), "Member must satisfy enum value set: [\(values.joined(separator: ", "))]")
        case (.integer(let range), .integer(let number)):
            check(number >= range.lowerBound, "Member must have value greater than or equal to \(range.lowerBound)")
            check(number <= range.upperBound, "Member must have value less than or equal to \(range.upperBound)")
        case (.number(let range), .integer), (.number(let range), .double):
            let number = value.numberValue ?? 0
            check(
                number >= Double(range.lowerBound),
                "Member must have value greater than or equal to \(range.lowerBound)"
            )
            check(
                number <= Double(range.upperBound),
                "Member must have value less than or equal to \(range.upperBound)"
            )
        case (.object(let members), .object(let object)):
            for member in members { violations += try member.violations(in: object, prefix: place + ".") }
        case (.list(let lengths, of: _, let members), .array(let elements)):
            checkLength(elements.count, lengths, check)
            for (index, element) in elements.enumerated() {
                let place = "\(place).\(index + 1).member"
                guard let object = element.objectValue else { throw .wrongType(place, "STRUCTURE", element) }
                for member in members { violations += try member.violations(in: object, prefix: place + ".") }
            }
        case (.any, _): break
        case (.text, _), (.aliasName, _), (.choice, _): throw .wrongType(place, "STRING_VALUE", value)
        case (.integer, _), (.number, _): throw .wrongType(place, "NUMBER_VALUE", value)
        case (.object, _): throw .wrongType(place, "STRUCTURE", value)
        case (.list, _): throw .wrongType(place, "LIST", value)
        }
        return violations
    }

    private func checkLength(_ count: Int, _ lengths: ClosedRange<Int>, _ check: (Bool, String) -> Void) {
        check(count >= lengths.lowerBound, "Member must have length greater than or equal to \(lengths.lowerBound)")
        check(count <= lengths.upperBound, "Member must have length less than or equal to \(lengths.upperBound)")
    }

    /// A value as AWS shows it: a list as Java prints one.
    private func shown(_ value: JSON) -> String {
        guard case .list(_, let type, let members) = rule, let elements = value.arrayValue else {
            return value.stringValue ?? value.text
        }
        let shown = elements.map { element in
            let fields = members.compactMap { member in
                element.objectValue?[member.name].map { "\(member.name)=\($0.stringValue ?? $0.text)" }
            }
            return "\(type)(\(fields.joined(separator: ", ")))"
        }
        return "[\(shown.joined(separator: ", "))]"
    }

    private static func isAliasName(_ name: String) -> Bool {
        let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) }
        let isAllowed = name.utf8.allSatisfy { byte in
            isDigit(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || [0x2D, 0x2E, 0x5F].contains(byte)
        }
        return isAllowed && !name.utf8.allSatisfy(isDigit)
    }
}
