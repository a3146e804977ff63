import RedisClient
package import Waitable

/// A job of an adapter that is to be stopped.
package struct GivenUpJob: Sendable, Equatable {
    /// The entry as stored.
    package let entry: [UInt8]
    /// The execution.
    package let key: ExecutionKey
    /// The id of the task that waited for it.
    package let task: Int
    /// What is known of it, ``FollowedJob``.
    package let job: String

    /// Reads an entry; `nil` where it is none.
    init?(_ entry: [UInt8]) {
        let lines = entry.split(separator: UInt8(ascii: "\n"), maxSplits: 2, omittingEmptySubsequences: false)
        guard lines.count == 3, let task = Int(String(decoding: lines[0], as: UTF8.self)),
            let key = ExecutionKey(member: String(decoding: lines[2], as: UTF8.self))
        else { return nil }
        self.entry = entry
        self.key = key
        self.task = task
        job = String(decoding: lines[1], as: UTF8.self)
    }
}

/// Jobs of adapters for which nobody waits any more: see jobs.lua.
extension RedisStore {
    /// Takes out jobs that are dealt with, and reads those that are to be stopped.
    ///
    /// - Parameters:
    ///   - stopped: Those that are dealt with.
    ///   - again: Those that are to come again, behind all others.
    package func jobs(stopped: [GivenUpJob] = [], again: [GivenUpJob] = []) async throws(StoreError) -> [GivenUpJob] {
        var arguments = FunctionArguments()
        for job in stopped { arguments.append(job.entry) }
        if !again.isEmpty { arguments.append("") }
        for job in again { arguments.append(job.entry) }
        let reply = try await call("waitable_jobs", arguments)
        guard let entries = reply.array else {
            throw .unexpectedReply(function: "waitable_jobs", reply: "\(reply)")
        }
        return entries.compactMap { $0.bytes.flatMap(GivenUpJob.init) }
    }
}
