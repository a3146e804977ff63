import OrderedCollections

/// A match of a regular expression, or of a function that stands in for one.
struct PatternMatch {
    let text: String
    /// Where it begins and ends, in UTF-16 units.
    let start: Int
    let end: Int
    /// The texts of the groups; nothing for one that took no part.
    let groups: [Value]
}

/// The search for the matches of a regular expression in a text, one after another.
final class PatternSearch {
    private let pattern: Pattern
    private var matcher: PatternMatcher
    /// Where the next search begins, in code points, and the same place in UTF-16 units.
    private var position = 0
    private var units = 0

    init(_ pattern: Pattern, _ text: String, _ budget: Budget) throws(JSONataError) {
        self.pattern = pattern
        matcher = try PatternMatcher(pattern, text, budget)
    }

    /// Begins at a place in UTF-16 units.
    func begin(at units: Int) {
        while self.units < units, position < matcher.text.count { advance(to: position + 1) }
    }

    /// The first match from where the search is.
    func first() throws(JSONataError) -> PatternMatch? {
        guard try matcher.find(from: position) else { return nil }
        let (start, end) = (matcher.slots[0], matcher.slots[1])
        advance(to: start)
        let startUnits = units
        advance(to: end)
        let groups = (0..<pattern.captures).map { group -> Value in
            let (start, end) = (matcher.slots[2 * group + 2], matcher.slots[2 * group + 3])
            return start >= 0 && end >= start ? .string(text(start..<end)) : .undefined
        }
        return PatternMatch(text: text(start..<end), start: startUnits, end: units, groups: groups)
    }

    /// The next match.
    ///
    /// - Throws: `D1004` where it is an empty one: there would be no end.
    func next() throws(JSONataError) -> PatternMatch? {
        guard position < matcher.text.count, let match = try first() else { return nil }
        guard !match.text.isEmpty else {
            throw JSONataError(.d1004, at: pattern.position, fields: [("value", JSON.string(pattern.source).text)])
        }
        return match
    }

    private func advance(to end: Int) {
        while position < end {
            units += matcher.text[position] > 0xFFFF ? 2 : 1
            position += 1
        }
    }

    private func text(_ range: Range<Int>) -> String {
        String(matcher.text[range].lazy.map { Unicode.Scalar($0) ?? "\u{FFFD}" })
    }
}

extension Evaluation {
    /// Calls a regular expression as a function: the first match, with a function for the next one.
    func match(_ pattern: Pattern, _ arguments: [Value]) throws(JSONataError) -> Value {
        guard case .string(let text)? = arguments.first else { return .undefined }
        let search = try PatternSearch(pattern, text, budget)
        if arguments.count > 1, case .number(let start) = arguments[1], start > 0 {
            search.begin(at: Int(min(start, Double(text.utf16.count))))
        }
        return try object(of: try search.first(), search)
    }

    /// The next match as the function of the last one gives it.
    func nextMatch(_ search: PatternSearch) throws(JSONataError) -> Value { try object(of: try search.next(), search) }

    private func object(of match: PatternMatch?, _ search: PatternSearch) throws(JSONataError) -> Value {
        guard let match else { return .undefined }
        return try object([
            "match": try string(match.text), "start": .number(Double(match.start)), "end": .number(Double(match.end)),
            "groups": try array(match.groups.map { $0.isUndefined ? .null : $0 }),
            "next": .function(Function(.nextMatch(search))),
        ])
    }
}
