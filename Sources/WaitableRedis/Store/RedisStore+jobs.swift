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

    /// Reads an entry. One that was put there by hand and is none has no job.
    init(_ entry: [UInt8]) {
        let lines = entry.split(separator: UInt8(ascii: "\n"), maxSplits: 2, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        let task = Int(lines[0])
        let key = lines.count == 3 ? ExecutionKey(member: lines[2]) : nil
        self.entry = entry
        self.key = key ?? ExecutionKey(machine: "", name: "")
        self.task = task ?? 0
        job = task == nil || key == nil ? "" : lines[1]
    }
}

/// Jobs of adapters for which nobody waits any more: see jobs.lua.
extension RedisStore {
    /// Takes out jobs that are dealt with, and reads those that are to be stopped.
    ///
    /// - Parameters:
    ///   - place: Which one is the first, from 0.
    ///   - stopped: Those that are dealt with, at most 100.
    /// - Returns: At most 100.
    @discardableResult
    package func jobs(from place: Int = 0, stopped: [GivenUpJob] = []) async throws(StoreError) -> [GivenUpJob] {
        var arguments = FunctionArguments(String(place))
        for job in stopped { arguments.append(job.entry) }
        let reply = try await call("waitable_jobs", arguments)
        guard let entries = reply.array else {
            throw .unexpectedReply(function: "waitable_jobs", reply: "\(reply)")
        }
        return entries.compactMap { $0.bytes.map(GivenUpJob.init) }
    }

    /// Leaves a job to be stopped whose task had ended before it was known.
    package func giveUp(_ job: String, ofTask task: Int, of key: ExecutionKey) async throws(StoreError) {
        _ = try await call("waitable_give_up", FunctionArguments(key.member, String(task), job))
    }
}
