/// How a map run stands after a step.
public struct MapRunNote: Sendable, Equatable {
    /// How a map run stands.
    public enum Status: String, Sendable {
        /// It is under way.
        case running = "RUNNING"
        /// All that it needs to have has succeeded.
        case succeeded = "SUCCEEDED"
        /// It failed.
        case failed = "FAILED"
    }

    /// How many of a map run's items, or executions, stand how.
    public struct Counts: Sendable, Equatable {
        /// Not begun.
        public var pending = 0
        /// Begun.
        public var running = 0
        /// Ended well.
        public var succeeded = 0
        /// Ended otherwise.
        public var failed = 0
        /// Given up, because the run ended.
        public var aborted = 0

        /// All of them.
        public var total: Int { pending + running + succeeded + failed + aborted }

        /// The same, with what is open given up.
        public var closed: Counts {
            Counts(succeeded: succeeded, failed: failed, aborted: aborted + pending + running)
        }
    }

    /// The id of its `MapRunStarted` event.
    public var id: Int
    /// What it is called after.
    public var label: String
    /// How it stands.
    public var status: Status
    /// How many executions may run at once; 0 for as many as may.
    public var maxConcurrency: Int
    /// How many items may fail.
    public var toleratedCount: Int
    /// How many percent of the items may fail.
    public var toleratedPercentage: Double
    /// Its items.
    public var items: Counts
    /// Its executions.
    public var executions: Counts
}

extension MapRunNote {
    /// What there is to tell of a map run.
    ///
    /// - Parameters:
    ///   - batches: Which items each execution has; `nil` for one each.
    ///   - scope: With the state's effective input.
    init(
        _ status: Status,
        of fork: BranchingState,
        _ map: MapState,
        _ distribution: MapDistribution,
        batches: [Range<Int>]?,
        _ scope: DataScope
    ) {
        let branches = fork.branches
        let settings = branches.settings
        id = branches.run ?? 0
        label = distribution.label(of: fork.state.name)
        self.status = status
        // They were found good when the run began.
        let concurrency = try? map.maxConcurrency?.count(scope)
        let count = try? distribution.toleratedCount?.count(scope)
        let percentage = try? distribution.toleratedPercentage?.percentage(scope)
        maxConcurrency = settings.maxConcurrency ?? concurrency ?? 0
        toleratedCount = settings.toleratedCount ?? count ?? 0
        toleratedPercentage = settings.toleratedPercentage ?? percentage ?? 0
        items = Counts()
        executions = Counts()
        if let stream = branches.stream {
            (items, executions) = (stream.itemCounts, stream.executionCounts)
        }
        for index in 0..<branches.count {
            let size = batches?[index].count ?? 1
            let branch = index < branches.begun.count ? branches.begun[index] : nil
            let place: WritableKeyPath<Counts, Int>
            switch branch {
            case nil: place = \.pending
            case .ended: place = \.succeeded
            case .failed: place = \.failed
            case .open(let cursor): place = cursor.phase == .entering ? \.pending : \.running
            }
            items[keyPath: place] += size
            executions[keyPath: place] += 1
        }
        guard status == .failed else { return }
        items = items.closed
        executions = executions.closed
    }
}

extension Flow {
    /// The ids of the map runs that are under way.
    public var mapRuns: Set<Int> { Set(root.mapRuns) }
}

extension Cursor {
    /// The ids of the map runs that are under way, in the line and its branches.
    var mapRuns: [Int] {
        guard case .branches(let branches) = phase else { return [] }
        return branches.run.map { [$0] } ?? branches.cursors.flatMap(\.mapRuns)
    }
}
