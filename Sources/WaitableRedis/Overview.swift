package import StatesLanguage

/// What there is to see at a glance: how much waits, is due, runs, and who works on it.
package struct Overview: Sendable, Equatable {
    /// When it was read, by the Redis clock.
    package var now: Instant
    /// Executions whose moment lies ahead.
    package var waiting: Int
    /// Executions whose moment has come, and that no worker holds.
    package var due: Int
    /// Executions that workers hold, as they last reported.
    package var running: Int
    /// Executions that were due while their state machine was paused.
    package var paused: Int
    /// Executions that closed within the last second.
    package var completedPerSecond: Int
    /// How long the execution that is due longest has been waiting for a worker, in ms.
    package var oldestOverdueMilliseconds: Int
    /// The workers that have reported themselves lately, by name.
    package var workers: [WorkerReport]

    /// The same as JSON; instants in ISO 8601, `oldestOverdueSeconds` with its milliseconds.
    package var json: JSON {
        .object([
            "now": .string(now.iso8601),
            "waiting": .integer(Int64(waiting)),
            "due": .integer(Int64(due)),
            "running": .integer(Int64(running)),
            "paused": .integer(Int64(paused)),
            "completedPerSecond": .integer(Int64(completedPerSecond)),
            "oldestOverdueSeconds": .double(Double(oldestOverdueMilliseconds) / 1_000),
            "workers": .array(workers.map(\.json)),
        ])
    }

    /// An overview from its parts.
    package init(
        now: Instant,
        waiting: Int,
        due: Int,
        running: Int,
        paused: Int,
        completedPerSecond: Int,
        oldestOverdueMilliseconds: Int,
        workers: [WorkerReport]
    ) {
        self.now = now
        self.waiting = waiting
        self.due = due
        self.running = running
        self.paused = paused
        self.completedPerSecond = completedPerSecond
        self.oldestOverdueMilliseconds = oldestOverdueMilliseconds
        self.workers = workers
    }

    /// Reads an overview; `nil` where it is none.
    package init?(json: JSON) {
        guard let object = json.objectValue, let now = object["now"]?.stringValue.flatMap({ Instant(iso8601: $0) }),
            let overdue = object["oldestOverdueSeconds"]?.numberValue,
            let overdueMilliseconds = Int(exactly: (overdue * 1_000).rounded()),
            let workers = object["workers"]?.arrayValue
        else { return nil }
        let names = ["waiting", "due", "running", "paused", "completedPerSecond"]
        let counts = names.compactMap { object[$0]?.integerValue.map(Int.init) }
        guard counts.count == names.count else { return nil }
        self.init(
            now: now,
            waiting: counts[0],
            due: counts[1],
            running: counts[2],
            paused: counts[3],
            completedPerSecond: counts[4],
            oldestOverdueMilliseconds: overdueMilliseconds,
            workers: workers.compactMap(WorkerReport.init(json:))
        )
    }
}
