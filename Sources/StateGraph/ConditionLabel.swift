import Foundation
import StatesLanguage

/// A choice rule in a few words.
enum ConditionLabel {
    private static let longest = 32

    /// A rule as one would write it down: `$.total > 100 and not $.paid = true`.
    static func text(of rule: JSON) -> String { shortened(condition(rule.objectValue ?? [:])) }

    private static func condition(_ rule: JSONObject) -> String {
        if let condition = rule["Condition"] {
            let text = condition.stringValue ?? condition.text
            guard text.hasPrefix("{%"), text.hasSuffix("%}"), text.utf8.count >= 4 else { return text }
            return text.dropFirst(2).dropLast(2).trimmingCharacters(in: .whitespacesAndNewlines)
        }
        for (name, word) in [("And", " and "), ("Or", " or ")] {
            guard let rules = rule[name]?.arrayValue else { continue }
            return rules.map { condition($0.objectValue ?? [:]) }.joined(separator: word)
        }
        if let inner = rule["Not"]?.objectValue { return "not " + condition(inner) }
        let variable = rule["Variable"]?.stringValue ?? ""
        for (name, value) in rule where name != "Variable" && name != "Next" && name != "Comment" && name != "Assign" {
            return "\(variable) \(comparison(name, value))"
        }
        return variable
    }

    private static func comparison(_ name: String, _ value: JSON) -> String {
        if name.hasPrefix("Is") {
            let words = name.dropFirst(2).lowercased()
            return value == .bool(false) ? "is not \(words)" : "is \(words)"
        }
        var operation = name
        if operation.hasSuffix("Path") { operation.removeLast(4) }
        let signs = [
            ("GreaterThanEquals", "≥"), ("LessThanEquals", "≤"), ("GreaterThan", ">"), ("LessThan", "<"),
            ("Equals", "="),
            ("Matches", "~"),
        ]
        let sign = signs.first { operation.hasSuffix($0.0) }?.1 ?? operation
        return "\(sign) \(value.stringValue ?? value.text)"
    }

    private static func shortened(_ text: String) -> String {
        text.unicodeScalars.count <= longest ? text : "\(text.prefix(codePoints: longest - 1))…"
    }
}
