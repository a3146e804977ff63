package import StatesLanguage
import Waitable
package import WaitableOperations
import WaitableRedis

extension ItemSummary {
    /// The most waits that are told: a Map state may have thousands.
    private static let mostWaits = 10

    /// What it waits for besides an instant, as `[{"state","for","attempt"?,"until"?}]`; `nil` for nothing.
    private var waits: JSON? {
        let waits = execution.flow?.waits(upTo: Self.mostWaits).filter { $0.reason != .instant } ?? []
        guard status == .waiting, !waits.isEmpty else { return nil }
        return .array(
            waits.map { wait in
                var object: JSONObject = ["state": .string(wait.state), "for": .string(wait.reason.rawValue)]
                if wait.attempt > 1 { object["attempt"] = .integer(Int64(wait.attempt)) }
                object["until"] = wait.until.map { .string($0.iso8601) }
                return .object(object)
            }
        )
    }

    /// `{"Id","stateMachine","status","due"?,"paused"?,"waitsFor"?,"startedAt","closedAt"?,"error"?,"cause"?,
    /// "redriveCount"?}`
    package var json: JSON {
        var object: JSONObject = [
            "Id": .string(execution.key.name),
            "stateMachine": .string(execution.key.machine),
            "status": .string(status.rawValue),
        ]
        if status == .waiting, let score {
            object["due"] = score.due.map { .string($0.iso8601) }
            if score.isParked { object["paused"] = .bool(true) }
        }
        object["waitsFor"] = waits
        object["startedAt"] = .string(execution.startDate.iso8601)
        object["closedAt"] = execution.stopDate.map { .string($0.iso8601) }
        if let failure = execution.failure?.json.objectValue { object.merge(failure) }
        if execution.redriveCount > 0 { object["redriveCount"] = .integer(Int64(execution.redriveCount)) }
        return .object(object)
    }
}
