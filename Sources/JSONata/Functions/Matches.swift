/// The matches of a function in a text: of a regular expression, or of one that gives the same kind of object.
struct Matches {
    private enum Source {
        case search(PatternSearch)
        case function(Value)
        case none
    }

    private let evaluation: Evaluation
    private let text: String
    private let name: String
    private var source: Source
    private var hasBegun = false

    /// - Parameter name: Of the function that looks for them.
    init(of function: Function, in text: String, _ evaluation: Evaluation, name: String) throws(JSONataError) {
        self.evaluation = evaluation
        self.text = text
        self.name = name
        if case .pattern(let pattern) = function.kind {
            source = .search(try PatternSearch(pattern, text, evaluation.budget))
        } else {
            source = .function(.function(function))
        }
    }

    mutating func next() throws(JSONataError) -> PatternMatch? {
        defer { hasBegun = true }
        switch source {
        case .search(let search): return hasBegun ? try search.next() : try search.first()
        case .function(let function):
            let result = try evaluation.apply(function, hasBegun ? [] : [.string(text)], .undefined)
            return try match(of: result)
        case .none: return nil
        }
    }

    private mutating func match(of value: Value) throws(JSONataError) -> PatternMatch? {
        guard case .object(let object) = value else {
            if value.isUndefined { return nil }
            throw JSONataError(.t1010, token: name)
        }
        let (start, end, next) = (object["start"], object["end"], object["next"])
        guard start.isNumber || end.isNumber || object["groups"].array != nil || next.isFunction else {
            throw JSONataError(.t1010, token: name)
        }
        let text = object["match"].string ?? ""
        let first = try place(start) ?? 0
        // Without a function for the next match, this is the last one.
        source = next.isFunction ? .function(next) : .none
        return PatternMatch(
            text: text,
            start: first,
            end: max(first, try place(end) ?? first + text.utf16.count),
            groups: object["groups"].array.map { Array($0) } ?? []
        )
    }

    /// A place in the text.
    private func place(_ value: Value) throws(JSONataError) -> Int? {
        guard let number = try value.number else { return nil }
        return Int(max(0, min(number.rounded(.down), Double(text.utf16.count))))
    }
}

extension String {
    /// A part of the text by places in its UTF-16.
    func utf16Part(_ range: Range<Int>) -> String {
        let view = utf16
        let start = view.index(view.startIndex, offsetBy: range.lowerBound)  // own words
        let end = view.index(start, offsetBy: range.count)  // own words
        return String(decoding: view[start..<end], as: UTF16.self)
    }
}
