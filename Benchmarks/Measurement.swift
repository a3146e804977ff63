import Foundation
import StatesLanguage
import Waitable

/// Runs workloads, each on a Redis of its own, and gathers their figures.
struct Measurement {
    let program: String
    let scale: Scale

    func run(_ workloads: [Benchmark.Workload]) async throws -> Report {
        var version = ""
        try await Rig.with(program) { version = try await $0.text("server", "redis_version") }
        var report = Report(machine: Machine(redis: version))
        var drain = 10_000.0
        for workload in workloads {
            switch workload {
            case .hotSecond: drain = try await hotSecond(&report)
            case .startBatch: try await startBatch(&report)
            case .startHTTP: try await startHTTP(&report)
            case .steady: try await steady(&report, drain)
            case .idle: try await idle(&report)
            case .history: try await history(&report)
            case .jsonata: try await jsonata(&report)
            case .backlog: try await backlog(&report)
            case .stampede: try await stampede(&report)
            }
        }
        return report
    }

    /// Ours and the floor in turn, so that both meet the same machine, however it is today; figures are medians.
    ///
    /// - Returns: How many items a second one worker drains.
    private func hotSecond(_ report: inout Report) async throws -> Double {
        var rounds: [(ours: HotSecond.Outcome, floor: Floor)] = []
        for _ in 0..<scale.rounds {
            let ours = try await outcome(scale.items)
            let floor = try await Floor.measure(items: scale.items, program: program, samples: ours.samples)
            rounds.append((ours, floor))
        }
        func median(_ figure: (HotSecond.Outcome) -> Double) -> Double { rounds.map { figure($0.ours) }.median }
        func floor(_ figure: (Floor) -> Double) -> Double { rounds.map { figure($0.floor) }.median }
        let name = "hot second, \(scale.items)"
        let drain = median(\.drainsPerSecond)
        let drainCPU = median(\.drainCPU)
        report.add(
            name,
            "start, items/s",
            median(\.startsPerSecond),
            floor: floor(\.startsPerSecond),
            .ratioAtLeast(0.8)
        )
        report.add(
            name,
            "start, Redis CPU µs/item",
            median(\.startCPU),
            floor: floor(\.startCPU),
            .ratioAtMost(1.25)
        )
        report.add(name, "start, round trips/item", median(\.startCalls))
        report.add(name, "drain, items/s", drain, floor: floor(\.drainsPerSecond), .ratioAtLeast(0.8))
        report.add(name, "drain, Redis CPU µs/item", drainCPU, floor: floor(\.drainCPU), .ratioAtMost(1.25))
        report.add(name, "drain, worker CPU µs/item", median(\.workerCPU), .atMost(drainCPU))
        report.add(name, "drain, round trips/item", median(\.drainCalls))
        report.add(name, "bytes a waiting item", median(\.bytesWaiting), floor: floor(\.bytesWaiting), .atMost(600))
        report.add(name, "bytes a closed item", median(\.bytesClosed), floor: floor(\.bytesClosed), .atMost(1_000))
        report.add(name, "worker memory, MB", median(\.workerMegabytes), .atMost(60))
        guard let last = rounds.last else { return drain }
        report.add(name, last.ours.lateness)
        if scale.largest > scale.items { try await largestSecond(&report) }
        return drain
    }

    /// Ten times as many: nothing stalls, and nothing grows.
    private func largestSecond(_ report: inout Report) async throws {
        let ours = try await outcome(scale.largest)
        let name = "hot second, \(scale.largest)"
        report.add(name, "start, items/s", ours.startsPerSecond)
        report.add(name, "drain, items/s", ours.drainsPerSecond)
        report.add(name, "drain, Redis CPU µs/item", ours.drainCPU)
        report.add(name, "drain, worker CPU µs/item", ours.workerCPU)
        report.add(name, "bytes a waiting item", ours.bytesWaiting, .atMost(600))
        report.add(name, "worker memory, MB", ours.workerMegabytes, .atMost(60))
        report.add(name, ours.lateness)
        // Where items are done at one rate, half of them are done in half of the time.
        let half = ours.lateness.percentile(50) / max(1, ours.lateness.percentile(100))
        report.add(name, "lateness p50 over max", half, .atMost(0.55))
    }

    private func startBatch(_ report: inout Report) async throws {
        try await Rig.with(program) { rig in
            let ours = try await StartBatch(items: scale.items).measure(rig)
            let name = "start by NDJSON, \(scale.items) lines"
            report.add(name, "items/s", ours.perSecond)
            report.add(name, "Redis CPU µs/item", ours.redisCPU)
            report.add(name, "ingest CPU µs/item", ours.ingestCPU)
            report.add(name, "round trips/item", ours.calls)
            report.add(name, "ingest memory, MB", ours.megabytes, .atMost(60))
        }
    }

    private func outcome(
        _ items: Int,
        history: HistoryLevel = .all,
        language: Rig.Language = .jsonPath
    ) async throws -> HotSecond.Outcome {
        var outcome: HotSecond.Outcome?
        try await Rig.with(program, history: history, language: language) { rig in
            outcome = try await HotSecond(items: items).measure(rig)
        }
        guard let outcome else { throw CancellationError() }
        return outcome
    }

    private func startHTTP(_ report: inout Report) async throws {
        let items = max(5_000, scale.items / 5)
        let connections = 64
        try await Rig.with(program) { rig in
            let load = StartHTTP(items: items, connections: connections, itself: CommandLine.arguments[0])
            let ours = try await load.measure(rig)
            let name = "start by HTTP, \(connections) connections"
            report.add(name, "items/s", ours.perSecond, floor: ours.floor, .ratioAtLeast(0.6))
            report.add(name, "Redis CPU µs/item", ours.redisCPU)
            report.add(name, "ingest CPU µs/item", ours.ingestCPU)
            report.add(name, "round trips/item", ours.calls)
        }
    }

    private func steady(_ report: inout Report, _ drain: Double) async throws {
        func add(
            _ ours: (lateness: Lateness, redisCPU: Double, workerCPU: Double, calls: Double),
            _ name: String,
            p50: Double,
            p99: Double
        ) {
            report.add(name, ours.lateness, p50: p50, p99: p99)
            report.add(name, "Redis CPU µs/item, starts too", ours.redisCPU)
            report.add(name, "worker CPU µs/item", ours.workerCPU)
            report.add(name, "round trips/item, starts too", ours.calls)
        }
        let slow = Steady(perSecond: 1_000, waiting: min(100_000, scale.waiting), seconds: scale.seconds)
        try await Rig.with(program) { rig in
            add(try await slow.measure(rig), "steady 1,000/s, \(slow.waiting) waiting", p50: 2, p99: 5)
        }
        let rate = min(10_000, Int(drain * 0.7) / 100 * 100)
        let fast = Steady(perSecond: rate, waiting: scale.waiting, seconds: scale.seconds)
        try await Rig.with(program) { rig in
            add(try await fast.measure(rig), "steady \(rate)/s, \(fast.waiting) waiting", p50: 3, p99: 10)
        }
    }

    private func idle(_ report: inout Report) async throws {
        for replicas in [1, 16] {
            let idle = Idle(replicas: replicas, waiting: scale.waiting, seconds: scale.seconds)
            try await Rig.with(program) { rig in
                let share = try await idle.measure(rig)
                let name = "idle, \(replicas) × worker, \(idle.waiting) waiting"
                report.add(name, "round trips/s a replica", share.calls, .atMost(1))
                report.add(name, "CPU % a replica", share.cpu, .atMost(0.3))
                report.add(name, "worker memory, MB", share.megabytes, .atMost(60))
            }
        }
    }

    private func history(_ report: inout Report) async throws {
        for level in HistoryLevel.allCases {
            let items = scale.items / 2
            let ours = try await outcome(items, history: level)
            let name = "history \(level.rawValue), \(items)"
            report.add(name, "drain, Redis CPU µs/item", ours.drainCPU)
            report.add(name, "drain, worker CPU µs/item", ours.workerCPU)
            report.add(name, "bytes a closed item", ours.bytesClosed, .atMost(level == .all ? 1_000 : 600))
        }
    }

    /// The sample's machine written in JSONata, beside the one in JSONPath, in turn; figures are medians.
    private func jsonata(_ report: inout Report) async throws {
        let items = scale.items / 2
        var rounds: [(ours: Double, floor: Double)] = []
        for _ in 0..<scale.rounds {
            let floor = try await outcome(items).workerCPU
            rounds.append((try await outcome(items, language: .jsonata).workerCPU, floor))
        }
        report.add(
            "JSONata beside JSONPath, \(items)",
            "drain, worker CPU µs/item",
            rounds.map(\.ours).median,
            floor: rounds.map(\.floor).median,
            .ratioAtMost(1.5)
        )
    }

    /// The cost of claim and commit must not depend on how much waits.
    private func backlog(_ report: inout Report) async throws {
        var first: Double?
        for waiting in [min(10_000, scale.waiting), scale.waiting] {
            try await Rig.with(program) { rig in
                let far = try await rig.now().adding(milliseconds: 86_400_000)
                try await BatchStarter(rig).start(0..<waiting, at: far)
                let ours = try await HotSecond(items: scale.items / 5).measure(rig)
                report.add(
                    "backlog of \(waiting)",
                    "drain, Redis CPU µs/item",
                    ours.drainCPU,
                    floor: first,
                    first.map { _ in .ratioAtMost(1.3) }
                )
                first = first ?? ours.drainCPU
            }
        }
    }

    private func stampede(_ report: inout Report) async throws {
        let stampede = Stampede(replicas: 16, items: scale.items)
        try await Rig.with(program) { rig in
            let empty = try await stampede.measure(rig)
            report.add("hot instant, 16 × worker", "empty claims a batch", empty, .atMost(0.2))
        }
    }
}

extension [Double] {
    /// The one in the middle.
    fileprivate var median: Double { isEmpty ? 0 : sorted()[count / 2] }
}

extension Report {
    fileprivate mutating func add(_ workload: String, _ name: String, _ value: Double, _ target: Figure.Target) {
        add(workload, name, value, floor: nil, target)
    }
}
