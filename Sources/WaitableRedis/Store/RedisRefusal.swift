package import RedisClient
package import Waitable

/// Why a function or Redis itself refused a call. Nothing was changed.
package struct RedisRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of refusal it is.
    package enum Code: Sendable, Equatable {
        /// An argument breaks a rule: ``RedisRefusal/field`` says which.
        case validation
        /// What was named is not there.
        case notFound
        /// The name is taken by a start with another input.
        case conflict
        /// The execution has closed.
        case closed
        /// The execution is open.
        case open
        /// The execution has succeeded.
        case succeeded
        /// A worker holds the execution.
        case leased
        /// A revision that was to be run is gone from Redis.
        case revisionMissing
        /// The user may not do it.
        case notAllowed
        /// The id lies in another partition.
        case partition
        /// Messages before these have not been delivered.
        case gap
        /// Redis reads its data after a restart.
        case loading
        /// It is a replica.
        case readOnly
        /// Another one, as Redis spells it.
        case other(String)

        /// A code as it is spelled in an error reply.
        init(_ word: String) {
            self = Self.words.first { $0.word == word }?.code ?? .other(word)
        }

        /// As it is spelled in an error reply.
        package var word: String {
            if case .other(let word) = self { return word }
            return Self.words.first { $0.code == self }?.word ?? ""
        }

        private static let words: [(word: String, code: Code)] = [
            ("VALIDATION", .validation), ("NOTFOUND", .notFound), ("CONFLICT", .conflict), ("CLOSED", .closed),
            ("OPEN", .open), ("SUCCEEDED", .succeeded), ("LEASED", .leased), ("REVISION", .revisionMissing),
            ("NOPERM", .notAllowed), ("PARTITION", .partition), ("GAP", .gap), ("LOADING", .loading),
            ("READONLY", .readOnly),
        ]
    }

    /// What kind of refusal it is.
    package var code: Code
    /// The reason, for people.
    package var message: String

    /// A refusal from its parts.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// An error reply.
    package init(_ error: RedisServerError) { self.init(Code(error.prefix), error.message) }

    /// The argument that breaks a rule, the rule and the value; `nil` for other refusals.
    package var field: FieldError? {
        guard code == .validation, let colon = message.firstRange(of: ": ") else { return nil }
        let rest = message[colon.upperBound...]
        let value = rest.firstRange(of: ": '")
        return FieldError(
            field: String(message[..<colon.lowerBound]),
            rule: String(value.map { rest[..<$0.lowerBound] } ?? rest),
            value: value.map { String(rest[$0.upperBound...].unicodeScalars.dropLast()) }
        )
    }

    /// Whether it is for a reason that passes (`BUSY`, `LOADING`, `READONLY`, …): the same call may be taken later.
    package var isPassing: Bool { RedisServerError(line: description).isPassing }

    /// Whether this Redis does not know the command.
    package var isUnknownCommand: Bool { message.hasPrefix("unknown command") }

    /// Whether this Redis does not know the function.
    package var isUnknownFunction: Bool { message.contains("Function not found") }

    /// Whether the user may not do it, or this Redis does not have it (hosted ones take commands away).
    package var isNotAllowed: Bool {
        code == .notAllowed || isUnknownCommand
            // Of a command in a function, Redis 7.0 and later ones: there is no code of its own for it.
            || message.contains("The user executing the script can't") || message.contains("ACL failure in script")
    }

    /// The code and the reason in one line, as Redis has them.
    package var description: String { "\(code.word) \(message)" }
}
