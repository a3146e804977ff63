import StatesLanguage
import Waitable
package import WaitableRedis

/// What did not succeed, by machine, error and state.
package struct FailureSurvey: Sendable {
    /// What failures of a group have in common.
    package struct Kind: Sendable {
        package var machine: String
        package var status: ItemSummary.Status
        /// The error's name; `nil` where there is none.
        package var error: String?
        /// The outermost state in which it happened; `nil` where that is not known.
        package var state: String?
    }

    /// Failures of one kind.
    package struct Group: Sendable {
        package var kind: Kind
        package var count: Int
        /// The one that closed last.
        package var last: ItemSummary
    }

    /// The groups, the one with the newest failure first.
    package var groups: [Group]
    /// How many failures were looked at.
    package var looked: Int
    /// Where the survey goes on; `nil` at its end.
    package var next: ListCursor?
}

extension ItemOperator {
    /// Looks at the failures of a page of a list, from the newest on.
    ///
    /// - Parameters:
    ///   - list: What is looked at: closed executions that did not succeed.
    ///   - cursor: Where the last page ended.
    ///   - limit: The most failures that are looked at.
    package func failures(
        _ list: ExecutionList,
        from cursor: ListCursor?,
        limit: Int
    ) async throws(StoreError) -> FailureSurvey {
        let (found, next) = try await partitions.executions(list, from: cursor, limit: limit) {
            ItemSummary($0.execution, score: $0.score)
        }
        var places: [[Spelling?]: Int] = [:]
        var survey = FailureSurvey(groups: [], looked: found.count, next: next)
        for failure in found {
            let execution = failure.execution
            let kind = FailureSurvey.Kind(
                machine: execution.key.machine,
                status: failure.status,
                error: execution.failure?.error,
                state: execution.flow?.state
            )
            // Names are the same only where their code units are.
            let names = [kind.machine, kind.status.rawValue, kind.error, kind.state].map { $0.map { Spelling($0) } }
            if let place = places[names] {
                survey.groups[place].count += 1
            } else {
                places[names] = survey.groups.count
                survey.groups.append(.init(kind: kind, count: 1, last: failure))
            }
        }
        return survey
    }
}
