package import StatesLanguage
import WaitableRedis

/// Something that the doctor found.
package struct Finding: Sendable, Equatable {
    /// How bad it is.
    package enum Severity: String, Sendable, CaseIterable {
        /// Something is lost, refused or never done.
        case error
        /// Something should be put right before it becomes an error.
        case warning
        /// Worth knowing; nothing has to be done.
        case info
    }

    /// What became of it.
    package enum Outcome: String, Sendable {
        /// Nothing was asked for but to look.
        case found
        /// It is mended.
        case mended
        /// It was left as it is: only its owner can decide.
        case left
    }

    /// A word for programs, such as `open-not-due`.
    package var code: String
    /// How bad it is.
    package var severity: Severity
    /// Where: a key, a setting of Redis, or a member of a key.
    package var place: String
    /// What is wrong, in a sentence.
    package var problem: String
    /// What to do about it, in a sentence; after ``Outcome/mended``, what was done.
    package var advice: String
    /// What became of it.
    package var outcome: Outcome

    /// A finding from its parts.
    package init(
        _ code: String,
        _ severity: Severity,
        at place: String,
        _ problem: String,
        _ advice: String,
        outcome: Outcome = .found
    ) {
        self.code = code
        self.severity = severity
        self.place = place
        self.problem = problem
        self.advice = advice
        self.outcome = outcome
    }

    /// The same as JSON.
    package var json: JSON {
        .object([
            "code": .string(code), "severity": .string(severity.rawValue), "place": .string(place),
            "problem": .string(problem), "advice": .string(advice), "outcome": .string(outcome.rawValue),
        ])
    }

    /// The data, or some of it, was not looked at: the user may not.
    static func unexamined(_ error: String) -> Finding {
        Finding(
            "data-unexamined",
            .warning,
            at: "data",
            "The data was not looked at, or not all of it: \(error).",
            "Run the doctor as the Redis user waitable-operator, or give its user that user's rights (docs/access.md)."
        )
    }
}
