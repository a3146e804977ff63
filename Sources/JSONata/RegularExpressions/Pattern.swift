/// A regular expression of JavaScript.
///
/// Without references to groups it is matched in a time that grows with the product of both lengths, as no choice is tried
/// twice at one place; with them, every step is paid from the budget.
final class Pattern: Sendable {
    /// Its text, without slashes and flags.
    let source: String
    let program: PatternProgram
    /// Whether a group's text is asked for again, so that a choice can turn out in another way the second time.
    let hasReference: Bool
    let ignoresCase: Bool
    /// How many groups there are.
    let captures: Int
    /// What a match begins with; `nil` where that can be anything.
    let first: CodePointSet?
    let position: Int

    /// Compiles an expression.
    ///
    /// - Parameter flags: `i`: letters match in both cases; `m`: `^` and `$` are the ends of lines too.
    init(_ source: String, flags: [Unicode.Scalar], at position: Int) throws(JSONataError) {
        self.source = source
        self.position = position
        ignoresCase = flags.contains("i")
        var parser = PatternParser(source, ignoresCase: ignoresCase, isMultiline: flags.contains("m"))
        do throws(PatternError) {
            let (part, captures) = try parser.parse()
            self.captures = captures
            first = part.first
            hasReference = parser.hasReference
            program = try PatternProgram(part, captures: captures)
        } catch {
            let reason = "/\(source.prefix(codePoints: 100))/: \(error.reason)"
            throw JSONataError(.s0303, at: position, fields: [("value", reason)])
        }
    }
}
