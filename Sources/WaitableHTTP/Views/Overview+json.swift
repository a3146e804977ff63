package import StatesLanguage
package import WaitableOperations
import WaitableRedis

extension Overview {
    /// The same as JSON; instants in ISO 8601, `oldestOverdueSeconds` with its milliseconds.
    package var json: JSON {
        .object([
            "now": .string(now.iso8601),
            "waiting": .integer(Int64(waiting)),
            "due": .integer(Int64(due)),
            "running": .integer(Int64(running)),
            "paused": .integer(Int64(paused)),
            "completedPerSecond": .integer(Int64(completedPerSecond)),
            "failedPerSecond": .integer(Int64(failedPerSecond)),
            "oldestOverdueSeconds": .double(Double(oldestOverdueMilliseconds) / 1_000),
            "workers": .array(workers.map(\.json)),
            "partitions": .array(partitions.map(\.json)),
        ])
    }

    /// Reads an overview; `nil` where it is none.
    package init?(json: JSON) {
        guard let object = json.objectValue, let now = object["now"]?.stringValue.flatMap({ Instant(iso8601: $0) }),
            let overdue = object["oldestOverdueSeconds"]?.numberValue,
            let overdueMilliseconds = Int(exactly: (overdue * 1_000).rounded()),
            let workers = object["workers"]?.arrayValue
        else { return nil }
        let names = ["waiting", "due", "running", "paused", "completedPerSecond", "failedPerSecond"]
        let counts = names.compactMap { object[$0]?.integerValue.map(Int.init) }
        guard counts.count == names.count else { return nil }
        self.init(
            now: now,
            waiting: counts[0],
            due: counts[1],
            running: counts[2],
            paused: counts[3],
            completedPerSecond: counts[4],
            failedPerSecond: counts[5],
            oldestOverdueMilliseconds: overdueMilliseconds,
            workers: workers.compactMap(WorkerReport.init(json:)),
            partitions: (object["partitions"]?.arrayValue ?? []).compactMap(PartitionShare.init(json:))
        )
    }
}

extension PartitionShare {
    /// `{"partition","open","due","paused","oldestOverdueSeconds"}`
    fileprivate var json: JSON {
        .object([
            "partition": .integer(Int64(number)),
            "open": .integer(Int64(open)),
            "due": .integer(Int64(due)),
            "paused": .integer(Int64(paused)),
            "oldestOverdueSeconds": .double(Double(oldestOverdueMilliseconds) / 1_000),
        ])
    }

    fileprivate init?(json: JSON) {
        guard let object = json.objectValue, let overdue = object["oldestOverdueSeconds"]?.numberValue,
            let milliseconds = Int(exactly: (overdue * 1_000).rounded())
        else { return nil }
        let counts = ["partition", "open", "due", "paused"].compactMap { object[$0]?.countValue }
        guard counts.count == 4 else { return nil }
        self.init(
            number: counts[0],
            open: counts[1],
            due: counts[2],
            paused: counts[3],
            oldestOverdueMilliseconds: milliseconds
        )
    }
}
