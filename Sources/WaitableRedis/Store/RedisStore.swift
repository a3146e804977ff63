package import RedisClient
import Waitable

/// Waitable's data in one partition of a namespace: every transition is one call of the function library.
package struct RedisStore: Sendable {
    /// The connection that calls go over.
    package let client: any SlotClient
    /// The keys of the partition.
    package let keys: Keys
    /// The other partitions, which get a copy of each change of the registry; none but at the registry's home.
    let copies: [RedisStore]

    /// A store over a connection that somebody else runs.
    package init(client: any SlotClient, keys: Keys = Keys()) {
        self.init(client: client, keys: keys, copies: [])
    }

    init(client: any SlotClient, keys: Keys, copies: [RedisStore]) {
        self.client = client
        self.keys = keys
        self.copies = copies
    }

    /// Loads the function library where it is missing or older than this build's. A newer one is left: its functions
    /// mean the same under the same names, so that replicas of both versions work side by side during an upgrade.
    ///
    /// - Parameter ifChanged: Whether to load it too where another text says that it is of this build's version.
    /// - Returns: Whether it was loaded now.
    @discardableResult
    package func loadFunctions(ifChanged: Bool = false) async throws(StoreError) -> Bool {
        do {
            let reply = try await client.send(RedisCommand("FCALL_RO", "waitable_version", "1", keys.prefix))
            if let version = reply.integer, version >= FunctionLibrary.version {
                guard ifChanged, version == FunctionLibrary.version, try await isKnownToDiffer() else { return false }
            }
        } catch let error as StoreError {
            throw error
        } catch let error as RedisError where !Self.isMissingFunction(error) {
            throw refusal(error)
        } catch {}
        do {
            _ = try await client.send(RedisCommand("FUNCTION", "LOAD", "REPLACE", FunctionLibrary.source))
            return true
        } catch {
            throw refusal(error)
        }
    }

    /// Whether Redis has another text than this build; not where the user may not ask.
    private func isKnownToDiffer() async throws(StoreError) -> Bool {
        do {
            return try await functionText() != FunctionLibrary.source
        } catch {
            guard error.isNotAllowed else { throw error }
            return false
        }
    }

    /// The text of the function library that Redis has; `nil` where it has none.
    package func functionText() async throws(StoreError) -> String? {
        let reply = try await send(RedisCommand("FUNCTION", "LIST", "LIBRARYNAME", FunctionLibrary.name, "WITHCODE"))
        let words = reply.array?.first?.array ?? []
        return words.firstIndex { $0.string == "library_code" }.flatMap { words.dropFirst($0 + 1).first?.string }
    }

    /// Calls a function of the library; loads the library and calls once more where the server does not have it
    /// (a failover, `FUNCTION FLUSH`, an empty new server).
    package func call(_ function: String, _ arguments: FunctionArguments) async throws(StoreError) -> RedisValue {
        let command = arguments.command(function, prefix: keys.prefix)
        do {
            return try await client.send(command)
        } catch  where Self.isMissingFunction(error) {
            try await loadMissingFunctions()
        } catch {
            throw refusal(error)
        }
        return try await send(command)
    }

    private func loadMissingFunctions() async throws(StoreError) {
        do throws(StoreError) {
            try await loadFunctions()
        } catch  where error.isNotAllowed {
            throw .refused(
                RedisRefusal(
                    .notAllowed,
                    "the function library is not in Redis, and this user may not load it: start an ingest"
                )
            )
        }
    }

    /// Sends a command, with the store's errors.
    package func send(_ command: RedisCommand) async throws(StoreError) -> RedisValue {
        do {
            return try await client.send(command)
        } catch {
            throw refusal(error)
        }
    }

    private static func isMissingFunction(_ error: RedisError) -> Bool {
        error.server?.message.contains("Function not found") ?? false
    }

    package static func storeError(_ error: RedisError) -> StoreError {
        guard let server = error.server else { return .redis(error) }
        return storeError(server)
    }

    package static func storeError(_ server: RedisServerError) -> StoreError {
        server.prefix == "OOM" ? .outOfMemory(server.message) : .refused(RedisRefusal(server))
    }
}
