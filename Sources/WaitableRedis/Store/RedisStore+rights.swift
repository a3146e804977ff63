package import RedisClient

extension RedisStore {
    /// What a process is, by the rights that it needs in Redis.
    package enum Role: String, Sendable {
        case ingest, worker

        fileprivate var noun: String { self == .ingest ? "an ingest" : "a worker" }
    }

    /// Looks whether the user may do what a role needs, by a write that changes nothing.
    ///
    /// - Throws: ``StoreError``: `refused` with `NOPERM` where it may not, `redis` where that is not known.
    package func checkRights(of role: Role) async throws(StoreError) {
        let command =
            switch role {
            case .ingest: RedisCommand("HDEL", keys.registry(.machines), "")
            case .worker: RedisCommand("ZREM", keys.leases, "")
            }
        do throws(StoreError) {
            _ = try await send(command)
        } catch  where error.isNotAllowed {
            throw .refused(
                RedisRefusal(
                    .notAllowed,
                    "the Redis user '\(user)' may not do what \(role.noun) does in the namespace '\(keys.namespace)': use"
                        + " waitable-\(role.rawValue) in WAITABLE_REDIS_URL, or correct WAITABLE_NAMESPACE"
                )
            )
        } catch {
            // Redis looks at the rights before anything else: it has other reasons to refuse only who has them.
            if case .redis = error { throw error }
        }
    }

    private var user: String { client.user ?? "default" }

    /// What Redis answered to a command, as the store's error; where the user may not do it, with the user, the namespace and
    /// what to change.
    package func refusal(_ server: RedisServerError) -> StoreError {
        let error = Self.storeError(server)
        guard let refusal = error.refusal, refusal.isNotAllowed, !refusal.isUnknownCommand else { return error }
        let words = refusal.message.hasSuffix(".") ? refusal.message.dropLast() : refusal.message[...]
        return .refused(
            RedisRefusal(
                .notAllowed,
                "\(words); the Redis user '\(user)' lacks a right in the namespace '\(keys.namespace)': use another user"
                    + " in WAITABLE_REDIS_URL, or correct WAITABLE_NAMESPACE"
            )
        )
    }

    /// The same for a command that has no reply.
    package func refusal(_ error: RedisError) -> StoreError { error.server.map { refusal($0) } ?? .redis(error) }
}
