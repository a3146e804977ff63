import StatesLanguage
import Waitable

/// Why a namespace was not exported or imported, or not to its end.
package struct TransferError: Error, Sendable, CustomStringConvertible {
    /// What kind of reason it is.
    package enum Kind: Sendable {
        /// A line of the file.
        case line
        /// The namespace is not as it has to be.
        case namespace
    }

    /// What kind of reason it is.
    package let kind: Kind
    /// The reason, with the line's number.
    package let description: String

    init(_ description: String) {
        kind = .namespace
        self.description = description
    }

    init(line: Int, _ error: FieldError) {
        kind = .line
        description =
            error.field == "line" ? "line \(line): \(error.rule)\(Self.shown(error))" : "line \(line): \(error)"
    }

    init(line: Int, _ reason: String) {
        kind = .line
        description = "line \(line): \(reason)"
    }

    init(line: Int, _ problem: TransferProblem) {
        let value = problem.value.map { $0.stringValue ?? $0.text }
        self.init(line: line, FieldError(field: problem.field, rule: problem.rule, value: value))
    }

    private static func shown(_ error: FieldError) -> String { error.value.map { ": '\($0)'" } ?? "" }
}

/// How much was exported or imported.
package struct TransferCounts: Sendable, Equatable {
    /// Lines of executions.
    package var executions = 0
    /// Lines of other keys, and of parts of them.
    package var keys = 0
}
