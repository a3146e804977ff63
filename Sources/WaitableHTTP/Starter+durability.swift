import RedisClient
import Waitable
import WaitableRedis

extension Starter {
    /// Refuses a start that cannot be made as safe as it has to be, as Redis is now.
    func checkReachable(_ durability: Durability) async throws(Refusal) {
        do throws(StoreError) {
            try await confirmer.checkReachable(durability)
        } catch {
            throw .store(error)
        }
    }

    /// What a start that is about to be written has to wait for after it; `nil` where it does not have to be safe.
    func confirmation(of start: Prepared, reaching durability: Durability) -> StartConfirmation? {
        confirmer.confirmation(of: start.execution.key.name, reaching: durability)
    }

    /// Waits until starts that were accepted, now or before, are as safe as asked.
    ///
    /// - Parameters:
    ///   - results: What became of the starts.
    ///   - confirmations: What each waits for.
    /// - Returns: The same, each with what it reached; `notDurable` for those that reached too little.
    func confirm(
        _ results: [Result<Acceptance, Refusal>],
        _ confirmations: [StartConfirmation?]
    ) async -> [Result<Acceptance, Refusal>] {
        var wanted: Set<StartConfirmation> = []
        for (result, confirmation) in zip(results, confirmations) {
            if case .success = result, let confirmation { wanted.insert(confirmation) }
        }
        guard !wanted.isEmpty else { return results }
        let outcomes = await confirmer.confirm(wanted)
        return zip(results, confirmations).map { result, confirmation in
            guard case .success(var acceptance) = result, let outcome = confirmation.flatMap({ outcomes[$0] }) else {
                return result
            }
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
    /// - Throws: `FieldError` for what cannot be read, and for what Redis can never reach.
    func durability(
        _ text: String?,
        in field: String,
        otherwise standard: Durability? = nil
    ) async throws(FieldError) -> Durability {
        guard let text else { return standard ?? self.standard }
        let durability = try Durability(text, field: field)
        if let obstacle = await obstacle(to: durability), !obstacle.isPassing {
            throw FieldError(field: field, rule: "must be what Redis can reach, but \(obstacle.reason)", value: text)
        }
        return durability
    }

    /// Refuses a start that cannot be made as safe as it has to be, as Redis is now: it is not even written.
    ///
    /// - Throws: `unready` with the reason.
    func checkReachable(_ durability: Durability) async throws(StoreError) {
        if let obstacle = await obstacle(to: durability) { throw .unready(.unsafe(obstacle.reason)) }
    }
}

extension DurabilityOutcome {
    /// For a caller whose start stands.
    var message: String {
        "It is started, but not as safe as asked for: '\(asked.text)' was asked for, '\(reached.text)' was reached"
            + (reason.map { " (\($0))" } ?? "") + ". The same request asks again."
    }
}
