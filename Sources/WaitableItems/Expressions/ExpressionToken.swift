/// One word of an expression, and where it stands in the text.
struct ExpressionToken: Equatable {
    enum Kind: Equatable {
        /// A keyword, a function's or an attribute's name.
        case name(String)
        /// `#name`
        case namePlaceholder(String)
        /// `:value`
        case valuePlaceholder(String)
        /// An index of a list.
        case number(String)
        /// `( ) [ ] , . = + - < > <= >= <>`
        case symbol(String)
        /// The end of the text.
        case end
    }

    var kind: Kind
    var start: Int
    var end: Int

    /// The token as written, `<EOF>` at the end.
    var text: String {
        switch kind {
        case .name(let text), .namePlaceholder(let text), .valuePlaceholder(let text), .number(let text),
            .symbol(let text):
            text
        case .end: "<EOF>"
        }
    }

    /// Whether this is the keyword, in any case.
    func isKeyword(_ keyword: String) -> Bool {
        if case .name(let text) = kind { text.uppercased() == keyword } else { false }
    }
}
