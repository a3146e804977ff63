import HTTPTypes
import NIOCore
import RedisClient
import ServiceLifecycle
import StatesLanguage
import Waitable
import WaitableRedis

/// Starts the lines of a group in one call, and writes an answer for each.
struct BatchStarter: Sendable {
    private let starter: Starter
    private let calls: PartitionedStarts
    private let stateMachine: String?
    private let durability: Durability
    /// Whether Redis was lost under an earlier group: later ones do not wait for it to come back.
    private var hasLostRedis = false

    private typealias Outcome = Result<Starter.Acceptance, ItemError>

    /// A starter of groups, one after the other.
    ///
    /// - Parameters:
    ///   - calls: For the starts of batches, apart from the others.
    ///   - stateMachine: The state machine of lines that name none; `nil` for the default one.
    ///   - durability: How safe lines have to be that do not say it.
    init(starter: Starter, calls: PartitionedStarts, stateMachine: String?, durability: Durability) {
        self.starter = starter
        self.calls = calls
        self.stateMachine = stateMachine
        self.durability = durability
    }

    /// Starts lines.
    ///
    /// - Returns: A line of NDJSON for each.
    mutating func answers(to lines: [BatchLine]) async -> ByteBuffer {
        let outcomes = await start(lines)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(lines.count * 192)
        for (line, outcome) in zip(lines, outcomes) {
            answer(to: line, outcome).write(to: &bytes)
            bytes.append(UInt8(ascii: "\n"))
        }
        return ByteBuffer(bytes: bytes)
    }

    private func answer(to line: BatchLine, _ outcome: Outcome) -> JSON {
        var answer: JSONObject = ["line": .integer(Int64(line.number))]
        answer["Id"] = line.id.map(JSON.string)
        switch outcome {
        case .success(let accepted):
            answer["executionArn"] = .string(starter.identity.arn.execution(accepted.key))
            answer["startDate"] = accepted.startDate.epochSeconds
            answer["durability"] = accepted.durability.map { .string($0.text) }
        case .failure(let error):
            for (name, value) in error.answer { answer[name] = value }
        }
        return .object(answer)
    }

    private mutating func start(_ lines: [BatchLine]) async -> [Outcome] {
        var preparation = Preparation(starter: starter, stateMachine: stateMachine)
        var outcomes: [Outcome] = []
        var places: [Int] = []
        var starts: [Starter.Prepared] = []
        var durabilities: [Durability] = []
        for line in lines {
            do throws(ItemError) {
                let item = try line.start.get()
                if let reason = unavailability { throw reason }
                let durability = try await durability(of: item)
                try await checkReachable(durability, id: item.id)
                starts.append(try await preparation.prepare(item))
                durabilities.append(durability)
                places.append(outcomes.count)
                // Until the call below has answered.
                outcomes.append(.failure(.stopping))
            } catch {
                note(error)
                outcomes.append(.failure(error))
            }
        }
        guard !starts.isEmpty else { return outcomes }
        let confirmations = zip(starts, durabilities).map { starter.confirmation(of: $0, reaching: $1) }
        let committed = await starter.commit(starts, through: calls)
        let results = await starter.confirm(committed, confirmations)
        for (index, place) in places.enumerated() {
            outcomes[place] = results[index].mapError { $0.itemError(id: starts[index].execution.key.name) }
            if case .failure(let error) = outcomes[place] { note(error) }
        }
        return outcomes
    }

    private func durability(of item: ItemStart) async throws(ItemError) -> Durability {
        do throws(FieldError) {
            return try await starter.confirmer.durability(item.durability, in: "durability", otherwise: durability)
        } catch {
            throw ItemError(error)
        }
    }

    private func checkReachable(_ durability: Durability, id: String) async throws(ItemError) {
        do throws(Starter.Refusal) {
            try await starter.checkReachable(durability)
        } catch {
            throw error.itemError(id: id)
        }
    }

    /// Why a start is not even tried.
    private var unavailability: ItemError? {
        if Task.isShuttingDownGracefully { return .stopping }
        return hasLostRedis && starter.store.client.connectionState != .connected ? .redisUnavailable : nil
    }

    private mutating func note(_ error: ItemError) {
        if error.code == ItemError.redisUnavailable.code || error.code == ItemError.outcomeUnknown.code {
            hasLostRedis = true
        }
    }
}

/// What the starts of one group share: the instant, and the state machines they name.
private struct Preparation {
    let starter: Starter
    let stateMachine: String?
    private var instants: [ObjectIdentifier: Instant] = [:]
    private var targets: [Spelling?: Starter.Target] = [:]
    /// The units of work since others were let go first.
    private var work = 0

    init(starter: Starter, stateMachine: String?) {
        self.starter = starter
        self.stateMachine = stateMachine
    }

    mutating func prepare(_ item: ItemStart) async throws(ItemError) -> Starter.Prepared {
        let target: Starter.Target
        let instant: Instant
        do throws(Starter.Refusal) {
            target = try await self.target(item.stateMachine ?? stateMachine)
            instant = try await self.instant(of: item.id)
        } catch {
            throw await refused(error, item)
        }
        do throws(FieldError) { try item.check(at: instant) } catch { throw ItemError(error) }
        do throws(Starter.Refusal) {
            let start = try starter.prepare(target, name: item.id, input: item.input, at: instant)
            work += start.work
            if work >= Starter.mostWork {
                work = 0
                await Task.yield()
            }
            return start
        } catch {
            throw await refused(error, item)
        }
    }

    private mutating func target(_ name: String?) async throws(Starter.Refusal) -> Starter.Target {
        let spelling = name.map { Spelling($0) }
        if let known = targets[spelling] { return known }
        let target = try await starter.target(name.map { StateMachineReference(name: $0) })
        targets[spelling] = target
        return target
    }

    private mutating func instant(of id: String) async throws(Starter.Refusal) -> Instant {
        let clock = ObjectIdentifier(starter.starts.clock(of: id))
        if let known = instants[clock] { return known }
        let instant = try await starter.now(of: id)
        instants[clock] = instant
        return instant
    }

    private func refused(_ refusal: Starter.Refusal, _ item: ItemStart) async -> ItemError {
        await starter.note(refusal, machine: item.stateMachine ?? stateMachine, name: item.id)
        return refusal.itemError(id: item.id)
    }
}
