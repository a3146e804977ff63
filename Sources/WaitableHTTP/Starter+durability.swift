import RedisClient
import Waitable
import WaitableRedis

extension Starter {
    /// Waits until starts that were accepted, now or before, are as safe as asked.
    ///
    /// - Parameters:
    ///   - results: What became of the starts.
    ///   - asked: How safe each has to be.
    ///   - server: Which server they were sent to, from before that.
    /// - Returns: The same, each with what it reached; `notDurable` for those that reached too little.
    func confirm(
        _ results: [Result<Acceptance, Refusal>],
        _ asked: [Durability],
        at server: Int
    ) async -> [Result<Acceptance, Refusal>] {
        var kinds: Set<Durability> = []
        for (result, durability) in zip(results, asked) where durability.asksForMore {
            if case .success = result { kinds.insert(durability) }
        }
        guard !kinds.isEmpty else { return results }
        let outcomes = await withTaskGroup(of: DurabilityOutcome.self) { group in
            for kind in kinds { group.addTask { await confirmer.confirm(kind, at: server) } }
            return await group.reduce(into: [:]) { outcomes, outcome in outcomes[outcome.asked] = outcome }
        }
        return zip(results, asked).map { result, durability in
            guard case .success(var acceptance) = result, let outcome = outcomes[durability] else { return result }
            guard outcome.isEnough else { return .failure(.notDurable(acceptance.key, outcome)) }
            acceptance.durability = outcome.reached
            return .success(acceptance)
        }
    }
}

extension DurabilityConfirmer {
    /// How safe a start has to be.
    ///
    /// - Parameters:
    ///   - text: What its caller wrote; `nil` for nothing.
    ///   - field: What the caller wrote it in.
    ///   - standard: For who wrote nothing; `nil` for the setting's.
    /// - Throws: `FieldError` for what cannot be read, and for what Redis cannot reach as it is set up.
    func durability(
        _ text: String?,
        in field: String,
        otherwise standard: Durability? = nil
    ) async throws(FieldError) -> Durability {
        guard let text else { return standard ?? self.standard }
        let durability = try Durability(text, field: field)
        if let obstacle = await obstacle(to: durability) {
            throw FieldError(field: field, rule: "must be what Redis can reach, but \(obstacle)", value: text)
        }
        return durability
    }
}

extension DurabilityOutcome {
    /// For a caller whose start stands.
    var message: String {
        "It is started, but not as safe as asked for: '\(asked.text)' was asked for, '\(reached.text)' was reached"
            + (reason.map { " (\($0))" } ?? "") + ". The same request asks again."
    }
}
