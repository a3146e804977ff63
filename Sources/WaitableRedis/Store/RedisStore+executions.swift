import RedisClient
package import StatesLanguage
package import Waitable

extension RedisStore {
    /// Starts executions, each atomically with its first effects. All of them or, when Redis is full, none.
    ///
    /// - Parameters:
    ///   - transitions: At most 1,000.
    ///   - clock: The clock that they were made by, which gets to know what Redis shows; `nil` where Redis's clock may be
    ///     any.
    /// - Returns: One result for each, in order.
    /// - Throws: ``StoreError/clockChanged``, where Redis's clock is another one: they have to be made anew.
    package func start(
        _ transitions: [Transition],
        by clock: RedisClock? = nil
    ) async throws(StoreError) -> [StartResult] {
        do throws(StoreError) {
            return try await accept(transitions, by: clock)
        } catch {
            guard error.refusal?.code == .revisionMissing else { throw error }
        }
        return try await acceptRunnable(transitions, by: clock)
    }

    /// Starts those executions whose revisions are there.
    private func acceptRunnable(
        _ transitions: [Transition],
        by clock: RedisClock?
    ) async throws(StoreError) -> [StartResult] {
        let missing = try await missingRevisions(Set(transitions.map(\.revision)))
        var results = Array(repeating: StartResult.revisionMissing, count: transitions.count)
        let runnable = transitions.indices.filter { !missing.contains(transitions[$0].revision) }
        guard !runnable.isEmpty else { return results }
        do throws(StoreError) {
            let accepted = try await accept(runnable.map { transitions[$0] }, by: clock)
            for (index, result) in zip(runnable, accepted) { results[index] = result }
        } catch {
            // Another one has gone meanwhile: then none is started.
            guard error.refusal?.code == .revisionMissing else { throw error }
        }
        return results
    }

    private func accept(
        _ transitions: [Transition],
        by clock: RedisClock?
    ) async throws(StoreError) -> [StartResult] {
        let passed = transitions.passed
        var window = clock?.window
        while true {
            var arguments = FunctionArguments(
                Self.revisions(of: transitions),
                passed.argument,
                (window?.earliest).argument,
                (window?.latest).argument
            )
            let places = arguments.append(transitions, keys)
            let asked = ContinuousClock.now
            let reply = try await call("waitable_accept", arguments)
            let (now, results) = try Self.results(in: reply, of: "waitable_accept", count: transitions.count)
            let isKnown = clock?.note(now, asked: asked, answered: .now) ?? true
            guard results == nil else { return Self.sorted(try Self.startResults(results ?? []), places) }
            if reply.integer != nil { return Array(repeating: .started, count: transitions.count) }
            // The call may have been long under way: then the clock is as it was, and shows no more than that.
            guard isKnown, let latest = window?.latest, latest < now, passed.map({ $0 <= now }) ?? true else {
                throw .clockChanged
            }
            window?.latest = nil
        }
    }

    /// The time that a reply of `waitable_accept` or `waitable_commit` shows, and its results; `nil` for the usual ones, and
    /// where nothing was applied because of that time.
    private static func results(
        in reply: RedisValue,
        of function: String,
        count: Int
    ) throws(StoreError) -> (now: Instant, results: ArraySlice<RedisValue>?) {
        if let now = reply.integer { return (Instant(milliseconds: now), nil) }
        guard let words = reply.array, let now = words.first?.integer, words.count == 1 || words.count == count + 1
        else {
            throw .unexpectedReply(function: function, reply: "\(reply)")
        }
        return (Instant(milliseconds: now), words.count == 1 ? nil : words.dropFirst())
    }

    private static func startResults(_ results: ArraySlice<RedisValue>) throws(StoreError) -> [StartResult] {
        var answers: [StartResult] = []
        answers.reserveCapacity(results.count)
        for result in results {
            switch result {
            case .integer(1): answers.append(.started)
            case .array(let words) where words.first == .integer(1): answers.append(.started)
            case .array(let words):
                guard words.count == 3, let status = words[0].string.flatMap(ExecutionStatus.init(code:)),
                    let start = words[1].integer, let same = words[2].integer
                else { throw .unexpectedReply(function: "waitable_accept", reply: "\(result)") }
                answers.append(
                    .existing(status, startDate: Instant(milliseconds: start), sameBytes: Int(same))
                )
            case .integer(2): answers.append(.unreadable)
            case .integer(3): answers.append(.paused)
            case .integer(4): answers.append(.later)
            case .error(let error): answers.append(.failed("\(error.prefix) \(error.message)"))
            default: throw .unexpectedReply(function: "waitable_accept", reply: "\(result)")
            }
        }
        return answers
    }

    /// The revisions that transitions name, each once, with commas between them.
    private static func revisions(of transitions: [Transition]) -> String {
        // Nearly always they are all one.
        guard let first = transitions.first?.revision else { return "" }
        if transitions.allSatisfy({ $0.revision == first }) { return first }
        return Set(transitions.map(\.revision)).joined(separator: ",")
    }

    /// Puts answers in the order of what they are answers to.
    ///
    /// - Parameter places: Where each belongs; `nil` where they are in order.
    private static func sorted<Answer>(_ answers: [Answer], _ places: [Int]?) -> [Answer] {
        guard let places else { return answers }
        return zip(places, answers).sorted { $0.0 < $1.0 }.map(\.1)
    }

    /// Starts an item by hand: a worker runs its first states too.
    ///
    /// - Parameters:
    ///   - item: The body as of `POST /`: `{"StartTimestamp": …, "Id"?: …}`.
    ///   - machine: The state machine; `nil` for the default one.
    /// - Returns: The function's answer: `{"Id", "startDate"}`.
    /// - Throws: `refused` with `VALIDATION`, `NOTFOUND` or `CONFLICT`.
    package func startByHand(_ item: String, machine: String?) async throws(StoreError) -> JSON {
        var arguments = FunctionArguments(item)
        if let machine { arguments.append(machine) }
        return try Self.startAnswer(try await call("waitable_start", arguments))
    }

    private static func startAnswer(_ reply: RedisValue) throws(StoreError) -> JSON {
        guard let bytes = reply.bytes, let answer = try? JSON(parsing: bytes) else {
            throw .unexpectedReply(function: "waitable_start", reply: "\(reply)")
        }
        return answer
    }

    /// Starts items by the rules of `waitable_start`, in one round trip.
    ///
    /// - Parameter items: Each item as JSON text, and its machine; `nil` for the default one.
    /// - Returns: An answer for each, in order.
    package func startByHand(
        _ items: [(item: String, machine: String?)]
    ) async throws(StoreError) -> [Result<JSON, StoreError>] {
        guard let first = items.first else { return [] }
        // The first goes alone: it loads the library where it is missing.
        var answers: [Result<JSON, StoreError>] = []
        do throws(StoreError) {
            answers.append(.success(try await startByHand(first.item, machine: first.machine)))
        } catch {
            switch error {
            case .outOfMemory: break
            case .refused where !error.isPassing: break
            default: throw error
            }
            answers.append(.failure(error))
        }
        let commands = items.dropFirst().map { item in
            var arguments = FunctionArguments(item.item)
            if let machine = item.machine { arguments.append(machine) }
            return arguments.command("waitable_start", prefix: keys.prefix)
        }
        guard !commands.isEmpty else { return answers }
        let replies: [RedisValue]
        do {
            replies = try await client.send(commands)
        } catch {
            throw refusal(error)
        }
        for reply in replies {
            if case .error(let error) = reply {
                answers.append(.failure(refusal(error)))
            } else {
                answers.append(.success(try Self.startAnswer(reply)))
            }
        }
        return answers
    }

    /// Claims what is due.
    ///
    /// - Parameters:
    ///   - limit: The most members, 1 to 1,000.
    ///   - lease: How long the claim holds, in ms.
    ///   - worker: The claiming worker's name.
    ///   - sleep: For how many ms at most the worker sleeps when nothing is due, 1 to 3,600,000; it then hears of what is due
    ///     sooner on its channel. `nil` for one that does not sleep.
    package func claim(limit: Int, lease: Int, worker: String, sleep: Int? = nil) async throws(StoreError) -> Claim {
        var arguments = FunctionArguments(String(limit), String(lease), worker)
        if let sleep { arguments.append(sleep) }
        let reply = try await call("waitable_claim", arguments)
        guard var words = reply.array, words.count >= 4, let microseconds = words[0].string.flatMap({ Int64($0) }),
            let token = words[1].string
        else { throw .unexpectedReply(function: "waitable_claim", reply: "\(reply)") }
        let waiting = words.count.isMultiple(of: 2) ? "" : words.removeLast().string ?? ""
        var members: [ClaimedMember] = []
        members.reserveCapacity(words.count / 2 - 2)
        let redeliveries = words[3].array
        for (place, (member, document)) in words[4...].pairs.enumerated() {
            guard let bytes = member.bytes else {
                throw .unexpectedReply(function: "waitable_claim", reply: "\(member)")
            }
            members.append(
                ClaimedMember(
                    bytes: bytes,
                    document: document.bytes,
                    redeliveries: Int(redeliveries?[place].integer ?? 0)
                )
            )
        }
        return Claim(
            microseconds: microseconds,
            token: token,
            nextDue: words[2].string.flatMap { Double($0) },
            members: members,
            messages: Self.partitions(in: waiting),
            hasJobs: waiting.split(separator: ",").contains { $0 == "jobs" }
        )
    }

    /// Partitions as functions list them, with commas between them; each once.
    static func partitions(in text: String) -> [Int] { Set(text.split(separator: ",").compactMap { Int($0) }).sorted() }

    /// Commits transitions under a lease, each atomically.
    ///
    /// - Parameters:
    ///   - highWaterPercent: The share of `maxmemory`, in percent, from which none may make something new.
    ///   - noteMessages: Called where the call has sent messages to other partitions, with these.
    /// - Returns: One result for each, in order.
    /// - Throws: ``StoreError/clockChanged``, where Redis's clock was set back behind what the transitions took for passed;
    ///   ``StoreError/outOfMemory(_:)``, where Redis is full and one of them grows, or is above the mark and one of them
    ///   makes something new: nothing is applied.
    package func commit(
        _ transitions: [Transition],
        token: String,
        highWaterPercent: Int = 90,
        noteMessages: ([Int]) -> Void = { _ in }
    ) async throws(StoreError) -> [CommitResult] {
        var arguments = FunctionArguments()
        let grows = transitions.contains { $0.grows }
        if grows { arguments.append(transitions.contains { $0.makesNew } ? String(highWaterPercent) : "") }
        arguments.append(token)
        arguments.append(transitions.passed.argument)
        let places = arguments.append(transitions, keys)
        var reply = try await call(grows ? "waitable_commit_growing" : "waitable_commit", arguments)
        if let words = reply.array, words.count == transitions.count + 2, let text = words.last?.string {
            noteMessages(Self.partitions(in: text))
            reply = .array(words.dropLast())
        }
        let (_, results) = try Self.results(in: reply, of: "waitable_commit", count: transitions.count)
        if reply.integer != nil { return Array(repeating: .applied(outcomes: []), count: transitions.count) }
        guard let results else { throw .clockChanged }
        var answers: [CommitResult] = []
        answers.reserveCapacity(results.count)
        for result in results { answers.append(try Self.commitResult(result)) }
        return Self.sorted(answers, places)
    }

    private static func commitResult(_ reply: RedisValue) throws(StoreError) -> CommitResult {
        switch reply {
        case .integer(0): return .refused
        case .integer(1): return .applied(outcomes: [])
        case .integer(2): return .settled
        case .integer(4): return .later
        case .bulk(let bytes): return .failed(String(decoding: bytes, as: UTF8.self))
        case .status(let text): return .failed(text)
        case .error(let error): return .failed("\(error.prefix) \(error.message)")
        case .array(let parts) where parts.first == .integer(1):
            var outcomes: [JSON] = []
            for part in parts.dropFirst() {
                guard let bytes = part.bytes, let outcome = try? JSON(parsing: bytes) else {
                    throw .unexpectedReply(function: "waitable_commit", reply: "\(part)")
                }
                outcomes.append(outcome)
            }
            return .applied(outcomes: outcomes)
        default: throw .unexpectedReply(function: "waitable_commit", reply: "\(reply)")
        }
    }

    /// Reads executions' documents.
    ///
    /// - Returns: One for each key, `nil` where there is none.
    package func documents(_ executions: [ExecutionKey]) async throws(StoreError) -> [[UInt8]?] {
        guard !executions.isEmpty else { return [] }
        var command = RedisCommand(name: "HMGET", capacity: executions.count + 1)
        command.append(keys.executions)
        for key in executions { command.append(key.member) }
        return try await send(command).array?.map(\.bytes) ?? []
    }

    /// Reads one execution.
    ///
    /// - Returns: `nil` where there is none.
    package func execution(_ key: ExecutionKey) async throws -> Execution? {
        guard let document = try await documents([key]).first ?? nil else { return nil }
        return try ExecutionDocument.decode(document, key: key)
    }

    /// Reads the Redis clock, in microseconds since the Unix epoch.
    package func time() async throws(StoreError) -> Int64 {
        let reply = try await send(RedisCommand("TIME"))
        guard let words = reply.array, words.count == 2, let seconds = words[0].integer, let rest = words[1].integer
        else { throw .unexpectedReply(function: "TIME", reply: "\(reply)") }
        return seconds * 1_000_000 + rest
    }

    /// The instant that the Redis clock shows.
    package func now() async throws(StoreError) -> Instant { Instant(milliseconds: try await time() / 1_000) }
}

extension [Transition] {
    /// The last instant that one of them took for passed.
    fileprivate var passed: Instant? { lazy.compactMap(\.passed).max() }
}

extension Instant? {
    /// Unix ms, as functions take it; empty for none.
    fileprivate var argument: String { map { String($0.milliseconds) } ?? "" }
}
