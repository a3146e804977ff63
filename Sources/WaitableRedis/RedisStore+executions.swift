import RedisClient
public import StatesLanguage
public import Waitable

extension RedisStore {
    /// Starts executions, each atomically with its first effects. All of them or, when Redis is full, none.
    ///
    /// - Parameter transitions: At most 1,000.
    /// - Returns: One result for each, in order.
    public func start(_ transitions: [Transition]) async throws(StoreError) -> [StartResult] {
        var arguments = FunctionArguments()
        let places = arguments.append(transitions)
        let reply = try await call("waitable_accept", arguments)
        if reply == .integer(Int64(transitions.count)) {
            return Array(repeating: .started, count: transitions.count)
        }
        guard let results = reply.array, results.count == transitions.count else {
            throw .unexpectedReply(function: "waitable_accept", reply: "\(reply)")
        }
        var answers: [StartResult] = []
        answers.reserveCapacity(results.count)
        for result in results {
            switch result {
            case .integer(1), .array: answers.append(.started)
            case .bulk(let document): answers.append(.existing(document))
            case .integer(3): answers.append(.paused)
            case .error(let error): answers.append(.failed("\(error.prefix) \(error.message)"))
            default: throw .unexpectedReply(function: "waitable_accept", reply: "\(result)")
            }
        }
        return Self.sorted(answers, places)
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
    public func startByHand(_ item: String, machine: String?) async throws(StoreError) -> JSON {
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
    public func startByHand(
        _ items: [(item: String, machine: String?)]
    ) async throws(StoreError) -> [Result<JSON, StoreError>] {
        guard let first = items.first else { return [] }
        // The first goes alone: it loads the library where it is missing.
        var answers: [Result<JSON, StoreError>] = []
        do throws(StoreError) {
            answers.append(.success(try await startByHand(first.item, machine: first.machine)))
        } catch {
            guard case .refused = error else { throw error }
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
            throw Self.storeError(error)
        }
        for reply in replies {
            if case .error(let error) = reply {
                answers.append(.failure(Self.storeError(error)))
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
    public func claim(limit: Int, lease: Int, worker: String) async throws(StoreError) -> Claim {
        let reply = try await call("waitable_claim", FunctionArguments(String(limit), String(lease), worker))
        guard let words = reply.array, words.count >= 4, words.count.isMultiple(of: 2),
            let microseconds = words[0].string.flatMap({ Int64($0) }), let token = words[1].string
        else { throw .unexpectedReply(function: "waitable_claim", reply: "\(reply)") }
        var members: [ClaimedMember] = []
        members.reserveCapacity(words.count / 2 - 2)
        let redeliveries = words[3].array
        for index in stride(from: 4, to: words.count, by: 2) {
            guard let bytes = words[index].bytes else {
                throw .unexpectedReply(function: "waitable_claim", reply: "\(words[index])")
            }
            members.append(
                ClaimedMember(
                    bytes: bytes,
                    document: words[index + 1].bytes,
                    redeliveries: Int(redeliveries?[index / 2 - 2].integer ?? 0)
                )
            )
        }
        return Claim(
            microseconds: microseconds,
            token: token,
            nextDue: words[2].string.flatMap { Double($0) },
            members: members
        )
    }

    /// Commits transitions under a lease, each atomically.
    ///
    /// - Returns: One result for each, in order.
    public func commit(_ transitions: [Transition], token: String) async throws(StoreError) -> [CommitResult] {
        var arguments = FunctionArguments(token)
        let places = arguments.append(transitions)
        let reply = try await call("waitable_commit", arguments)
        if reply == .integer(Int64(transitions.count)) {
            return Array(repeating: .applied(outcomes: []), count: transitions.count)
        }
        guard let results = reply.array, results.count == transitions.count else {
            throw .unexpectedReply(function: "waitable_commit", reply: "\(reply)")
        }
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

    /// Prolongs a lease: from the Redis clock, by `lease` ms.
    ///
    /// - Returns: The new token, and the members that were still held.
    public func renew(
        _ members: [String],
        token: String,
        lease: Int
    ) async throws(StoreError) -> (token: String, held: Set<Spelling>) {
        var arguments = FunctionArguments(token, String(lease))
        for member in members { arguments.append(member) }
        let reply = try await call("waitable_renew", arguments)
        guard let words = reply.array, words.count == members.count + 1, let token = words[0].string else {
            throw .unexpectedReply(function: "waitable_renew", reply: "\(reply)")
        }
        let held = zip(members, words.dropFirst()).filter { $0.1 == .integer(1) }.map(\.0)
        return (token, Set(held))
    }

    /// Gives claimed members back: due now, and not counted as redelivered.
    ///
    /// - Returns: How many were still held.
    @discardableResult
    public func release(_ members: [String], token: String) async throws(StoreError) -> Int {
        var arguments = FunctionArguments(token)
        for member in members { arguments.append(member) }
        return Int(try await call("waitable_release", arguments).integer ?? 0)
    }

    /// Gives a bare member its execution's name, under the same lease.
    ///
    /// - Returns: Whether it was still held.
    public func adopt(member: [UInt8], as key: ExecutionKey, token: String) async throws(StoreError) -> Bool {
        var arguments = FunctionArguments(token)
        arguments.append(member)
        arguments.append(key.member)
        return try await call("waitable_adopt", arguments).integer == 1
    }

    /// Reads executions' documents.
    ///
    /// - Returns: One for each key, `nil` where there is none.
    public func documents(_ executions: [ExecutionKey]) async throws(StoreError) -> [[UInt8]?] {
        guard !executions.isEmpty else { return [] }
        var command = RedisCommand(name: "HMGET", capacity: executions.count + 1)
        command.append(keys.executions)
        for key in executions { command.append(key.member) }
        return try await send(command).array?.map(\.bytes) ?? []
    }

    /// Reads one execution.
    ///
    /// - Returns: `nil` where there is none.
    public func execution(_ key: ExecutionKey) async throws -> Execution? {
        guard let document = try await documents([key]).first ?? nil else { return nil }
        return try ExecutionDocument.decode(document, key: key)
    }

    /// Reads the part of an execution's journal that its document has no room for.
    ///
    /// - Parameter execution: As its document says.
    /// - Returns: The elements of the list beside the document.
    public func history(of execution: Execution) async throws(StoreError) -> [String] {
        guard let listed = execution.journal?.listed, listed > 0 else { return [] }
        let reply = try await send(RedisCommand("LRANGE", keys.history(execution.key), "0", "\(listed - 1)"))
        return reply.array?.compactMap(\.string) ?? []
    }

    /// Reads the Redis clock, in microseconds since the Unix epoch.
    public func time() async throws(StoreError) -> Int64 {
        let reply = try await send(RedisCommand("TIME"))
        guard let words = reply.array, words.count == 2, let seconds = words[0].integer, let rest = words[1].integer
        else { throw .unexpectedReply(function: "TIME", reply: "\(reply)") }
        return seconds * 1_000_000 + rest
    }
}
