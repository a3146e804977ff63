package import StatesLanguage

/// What a worker says of itself every few seconds, for whoever watches.
package struct WorkerReport: Sendable, Equatable {
    /// How late executions were in the last seconds, in ms.
    package struct Lateness: Sendable, Equatable {
        /// The median.
        package var p50: Int
        /// 99 of 100 were no later.
        package var p99: Int
        /// The latest.
        package var max: Int

        /// Lateness from its figures, in ms.
        package init(p50: Int, p99: Int, max: Int) {
            self.p50 = p50
            self.p99 = p99
            self.max = max
        }
    }

    /// The worker's name.
    package var name: String
    /// When it started, by the Redis clock.
    package var startedAt: Instant
    /// Executions claimed since then.
    package var claimed: Int
    /// Transitions committed since then.
    package var committed: Int
    /// Executions that it holds now.
    package var held: Int
    /// Of the executions in the time of this report; `nil` where there were none.
    package var lateness: Lateness?

    /// A report from its parts.
    package init(
        name: String,
        startedAt: Instant,
        claimed: Int = 0,
        committed: Int = 0,
        held: Int = 0,
        lateness: Lateness? = nil
    ) {
        self.name = name
        self.startedAt = startedAt
        self.claimed = claimed
        self.committed = committed
        self.held = held
        self.lateness = lateness
    }

    /// `{"name","startedAt","claimed","committed","held","lateness"?: {"p50","p99","max"}}`
    package var json: JSON {
        var object: JSONObject = [
            "name": .string(name),
            "startedAt": .string(startedAt.iso8601),
            "claimed": .integer(Int64(claimed)),
            "committed": .integer(Int64(committed)),
            "held": .integer(Int64(held)),
        ]
        if let lateness {
            object["lateness"] = .object(
                [
                    "p50": .integer(Int64(lateness.p50)), "p99": .integer(Int64(lateness.p99)),
                    "max": .integer(Int64(lateness.max)),
                ]
            )
        }
        return .object(object)
    }

    /// Reads a report; `nil` where it is none.
    package init?(json: JSON) {
        guard let object = json.objectValue, let name = object["name"]?.stringValue,
            let startedAt = object["startedAt"]?.stringValue.flatMap({ Instant(iso8601: $0) }),
            let claimed = object["claimed"]?.countValue, let committed = object["committed"]?.countValue,
            let held = object["held"]?.countValue
        else { return nil }
        self.init(name: name, startedAt: startedAt, claimed: claimed, committed: committed, held: held)
        if let figures = object["lateness"]?.objectValue, let p50 = figures["p50"]?.countValue,
            let p99 = figures["p99"]?.countValue, let max = figures["max"]?.countValue
        {
            lateness = Lateness(p50: p50, p99: p99, max: max)
        }
    }
}
