@testable import StatesLanguage

extension Path {
    /// The value at the path, with a budget of its own.
    func value(in document: JSON) throws(PathMiss) -> JSON { try value(in: document, WorkBudget()) }
}

extension StringPattern {
    /// Whether the whole text matches, with a budget of its own.
    func matches(_ text: String) -> Bool { matches(text, WorkBudget()) }
}
