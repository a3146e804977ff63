/// A regular expression of JavaScript.
///
/// Without references to groups it is matched in a time that grows with the product of both lengths, as no choice is tried
/// twice at one place; with them, every step is paid from the budget.
final class Pattern: Sendable {
    /// Its text, without slashes and flags.
    let source: String
    /// What it is compiled from, by each evaluation that uses it: a short text can have a large program.
    private let part: PatternPart
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
            (part, captures) = try parser.parse()
            guard part.size < PatternProgram.most else { throw PatternError("More than \(PatternProgram.most) parts") }
            first = part.first
            hasReference = parser.hasReference
        } catch {
            let reason = "/\(source.prefix(codePoints: 100))/: \(error.reason)"
            throw JSONataError(.s0303, at: position, fields: [("value", reason)])
        }
    }
    /// The program, which an evaluation compiles once.
    func program(_ budget: Budget) throws(JSONataError) -> PatternProgram {
        if let known = budget.programs[ObjectIdentifier(self)] { return known.program }
        try budget.spend(1 + part.size / 2)
        let program = PatternProgram(part, captures: captures)
        budget.programs[ObjectIdentifier(self)] = (self, program)
        return program
    }
}
