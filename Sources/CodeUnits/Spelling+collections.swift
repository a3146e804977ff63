extension Dictionary where Key == Spelling {
    /// The value of a text.
    @inlinable
    package subscript(_ text: String) -> Value? {
        get { self[Spelling(text)] }
        set { self[Spelling(text)] = newValue }
        _modify { yield &self[Spelling(text)] }
    }

    /// The value of a text, or another one where there is none.
    @inlinable
    package subscript(_ text: String, default value: @autoclosure () -> Value) -> Value {
        get { self[Spelling(text)] ?? value() }
        _modify { yield &self[Spelling(text), default: value()] }
    }
}

extension Set<Spelling> {
    /// A set of texts. Only where a set of spellings is asked for: else `Set(texts)` is one of strings, as ever.
    @_disfavoredOverload
    package init(_ texts: some Sequence<String>) { self.init(texts.lazy.map { Spelling($0) }) }

    /// Whether a text is in the set.
    package func contains(_ text: String) -> Bool { contains(Spelling(text)) }

    /// Adds a text; `inserted` is false where it was there.
    @discardableResult
    package mutating func insert(_ text: String) -> (inserted: Bool, memberAfterInsert: Spelling) {
        insert(Spelling(text))
    }

    /// Takes a text out; `nil` where it was not there.
    @discardableResult
    package mutating func remove(_ text: String) -> Spelling? { remove(Spelling(text)) }

    /// The set with some texts more.
    package func union(_ texts: some Sequence<String>) -> Set<Spelling> {
        union(texts.lazy.map { Spelling($0) })
    }
}
