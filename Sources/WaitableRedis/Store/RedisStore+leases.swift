import RedisClient
package import Waitable

extension RedisStore {
    /// Prolongs a lease: from the Redis clock, by `lease` ms.
    ///
    /// - Parameter members: As they were claimed, byte for byte.
    /// - Returns: The new token, and the members that were still held.
    package func renew(
        _ members: [[UInt8]],
        token: String,
        lease: Int
    ) async throws(StoreError) -> (token: String, held: Set<[UInt8]>) {
        var arguments = FunctionArguments(token, String(lease))
        for member in members { arguments.append(member) }
        let reply = try await call("waitable_renew", arguments)
        guard let words = reply.array, words.count == members.count + 1, let token = words[0].string else {
            throw .unexpectedReply(function: "waitable_renew", reply: "\(reply)")
        }
        let held = zip(members, words.dropFirst()).filter { $0.1 == .integer(1) }.map(\.0)
        return (token, Set(held))
    }

    /// Gives claimed members back, as they are, and not counted as redelivered.
    ///
    /// - Parameters:
    ///   - members: As they were claimed, byte for byte.
    ///   - pause: In how many ms they are due; 0 for before all that came due since they were claimed.
    /// - Returns: How many were still held.
    @discardableResult
    package func release(_ members: [[UInt8]], token: String, pause: Int = 0) async throws(StoreError) -> Int {
        try await letFree(members, token: token, pause: pause, "waitable_release")
    }

    /// Gives claimed members back that cannot be taken over yet. It counts as a redelivery.
    ///
    /// - Parameters:
    ///   - members: As they were claimed, byte for byte.
    ///   - pause: In how many ms they are due, 1 or more.
    package func putOff(_ members: [[UInt8]], token: String, pause: Int) async throws(StoreError) {
        _ = try await letFree(members, token: token, pause: pause, "waitable_put_off")
    }

    private func letFree(
        _ members: [[UInt8]],
        token: String,
        pause: Int,
        _ function: String
    ) async throws(StoreError) -> Int {
        var arguments = FunctionArguments(token, String(pause))
        for member in members { arguments.append(member) }
        return Int(try await call(function, arguments).integer ?? 0)
    }

    /// What became of a bare member that was to be an execution.
    package enum Adoption: Int64, Sendable {
        /// The lease on it was lost.
        case lost = 0
        /// It has the execution's name now, and no document yet.
        case adopted = 1
        /// There is an execution of that name already.
        case exists = 2
    }

    /// Gives a bare member its execution's name, under the same lease.
    package func adopt(member: [UInt8], as key: ExecutionKey, token: String) async throws(StoreError) -> Adoption {
        var arguments = FunctionArguments(token)
        arguments.append(member)
        arguments.append(key.member)
        let reply = try await call("waitable_adopt", arguments)
        guard let adoption = reply.integer.flatMap(Adoption.init(rawValue:)) else {
            throw .unexpectedReply(function: "waitable_adopt", reply: "\(reply)")
        }
        return adoption
    }
}
