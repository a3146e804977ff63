/// A compiled JSONPath: where it begins, and the steps from there.
///
/// Source: Amazon States Language, "Paths"; the dialect is that of Jayway JsonPath, the Java library that AWS uses.
struct Path: Sendable, Equatable {
    /// What `$` means.
    enum Root: Sendable, Equatable {
        /// `$`: the state's input, or its result.
        case data
        /// `$$`: the context object.
        case context
        /// `$name`: a variable.
        case variable(String)
    }

    /// `$`.
    static let whole = Path(text: "$", root: .data, segments: [])

    /// As it was written.
    let text: String
    let root: Root
    let segments: [Segment]
    /// Whether it names one place: it misses where there is nothing, instead of giving an empty list.
    let isDefinite: Bool

    init(text: String, root: Root, segments: [Segment]) {
        self.text = text
        self.root = root
        self.segments = segments
        // Several names at the end are gathered in one object.
        let last = segments.count - 1
        isDefinite = segments.enumerated().allSatisfy { index, segment in
            if case .keys = segment { index == last } else { segment.isDefinite }
        }
    }

    /// Whether it is a reference path, as `ResultPath` needs it.
    var isReference: Bool { root == .data && segments.allSatisfy(\.isDefinite) }

    /// The variables that it refers to.
    var variables: [String] { if case .variable(let name) = root { [name] } else { [] } }

    /// The value at the path.
    ///
    /// - Parameters:
    ///   - first: Where the rest of the path begins, behind some steps that led to the document.
    ///   - work: What it costs. Where that is used up, the value is not to be used.
    /// - Throws: ``PathMiss`` where a definite path finds nothing.
    func value(in document: JSON, from first: Int = 0, _ work: WorkBudget) throws(PathMiss) -> JSON {
        guard isDefinite else { return .array(values(in: document, from: first, work)) }
        var value = document
        for position in first..<segments.count {
            guard let next = segments[position].step(into: value) else {
                throw PathMiss(path: self, position: position)
            }
            value = next
        }
        return value
    }

    /// All values that the path leads to, in the document's order.
    private func values(in document: JSON, from first: Int, _ work: WorkBudget) -> [JSON] {
        var values = [document]
        for (index, segment) in segments.enumerated().dropFirst(first) {
            if case .keys = segment, index == segments.count - 1 {
                work.spend(values.count * segment.width)
                values = work.isUsedUp ? [] : values.compactMap { segment.step(into: $0) }
            } else {
                values = values.flatMap { segment.all(in: $0, of: document, work) }
            }
        }
        return values
    }
}

extension Path: Query {
    func value(_ scope: DataScope) throws(StateFailure) -> JSON { try scope.required(self) }

    func finds(_ scope: DataScope) throws(StateFailure) -> Bool {
        let isFound = (try? scope.value(at: self)) != nil
        try scope.checkWork()
        return isFound
    }
}
