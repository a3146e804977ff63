import RedisClient
package import StatesLanguage
package import Waitable

/// A task of an activity that was taken.
package struct ActivityTask: Sendable, Equatable {
    /// The activity's name.
    package var activity: String
    /// What its worker answers with.
    package var token: String
    /// Its input, as JSON text.
    package var input: String
    /// Its execution's member of `due`, and its id in it.
    fileprivate var execution: [UInt8]
    fileprivate var id: String
    /// Under which it was taken.
    fileprivate var lease: String

    /// The partition of its execution, and the execution's member of `due` there; `nil` where that is the activity's own.
    fileprivate var place: (partition: Int, member: [UInt8])? {
        guard execution.first == UInt8(ascii: "{"), let end = execution.firstIndex(of: UInt8(ascii: "}")) else {
            return nil
        }
        let number = String(decoding: execution[1..<end], as: UTF8.self)
        return Int(number).map { ($0, Array(execution[(end + 1)...])) }
    }
}

extension Partitions {
    /// Whether a task that was taken and confirmed still waits for its answer. Its activity's partition has looked itself
    /// when it was confirmed, unless the execution lies in another one, which is asked here.
    package func awaits(_ task: ActivityTask) async throws(StoreError) -> Bool {
        guard let (partition, member) = task.place else { return true }
        guard stores.indices.contains(partition) else { return false }
        var arguments = FunctionArguments()
        arguments.append(member)
        arguments.append(task.id)
        arguments.append(TaskToken(task.token).map { String($0.startDate.milliseconds) } ?? "")
        return try await stores[partition].call("waitable_awaits", arguments).integer == 1
    }
}

extension RedisStore {
    /// Tells a task of an execution something.
    ///
    /// - Parameter startDate: When the execution that is meant was started; `nil` for whatever has that name.
    /// - Returns: Whether the task still waited for it.
    package func answer(
        _ key: ExecutionKey,
        startDate: Instant? = nil,
        task: Int,
        _ answer: TaskAnswer
    ) async throws(StoreError) -> Bool {
        var arguments = FunctionArguments(key.member, String(task), answer.field(ofTask: task), answer.json.text)
        arguments.append(startDate.map { String($0.milliseconds) } ?? "")
        return try await call("waitable_answer", arguments).integer == 1
    }

    /// Changes a map run under way; the execution's next step goes by it.
    ///
    /// - Returns: Whether the execution is running.
    package func tune(_ run: MapRunKey, _ settings: MapRunSettings) async throws(StoreError) -> Bool {
        var arguments = FunctionArguments(run.execution.member, String(run.id))
        arguments.append(settings.maxConcurrency.map { String($0) } ?? "")
        arguments.append(settings.toleratedCount.map { String($0) } ?? "")
        arguments.append(settings.toleratedPercentage.map { JSON.double($0).text } ?? "")
        return try await call("waitable_tune", arguments).integer == 1
    }

    /// Takes the first task of an activity that still waits. It goes to the next one who asks, ten seconds later, unless it
    /// is confirmed: by ``confirm(_:worker:)``.
    ///
    /// - Returns: The task; `nil` where there is none.
    package func takeTask(of activity: String) async throws(StoreError) -> ActivityTask? {
        while true {
            guard let words = try await call("waitable_take", FunctionArguments(activity)).array else { return nil }
            // Many tasks that wait no more were passed over: look on.
            guard !words.isEmpty else { continue }
            guard words.count == 5, let token = words[0].string, let input = words[1].string,
                let execution = words[2].bytes, let id = words[3].string, let lease = words[4].string
            else { throw .unexpectedReply(function: "waitable_take", reply: "\(words)") }
            return ActivityTask(
                activity: activity,
                token: token,
                input: input,
                execution: execution,
                id: id,
                lease: lease
            )
        }
    }

    /// Says that a task that was taken has been got.
    ///
    /// - Parameter worker: The name that the activity's worker gives itself.
    /// - Returns: Whether it is still the one's who took it; also where it is said again.
    package func confirm(_ task: ActivityTask, worker: String?) async throws(StoreError) -> Bool {
        let name = worker.map { JSON.string($0).text } ?? ""
        var arguments = arguments(of: task)
        arguments.append(name)
        return try await call("waitable_confirm", arguments).integer == 1
    }

    /// Gives a task back that reached nobody: it is the activity's first again, as if it had not been taken.
    ///
    /// - Returns: Whether it was; not for one that has been answered, has given a sign of life, waits no more, or was taken by
    ///   somebody else since.
    @discardableResult
    package func giveBack(_ task: ActivityTask) async throws(StoreError) -> Bool {
        try await call("waitable_give_back", arguments(of: task)).integer == 1
    }

    private func arguments(of task: ActivityTask) -> FunctionArguments {
        var arguments = FunctionArguments(task.activity)
        arguments.append(task.execution)
        arguments.append(task.id)
        arguments.append(task.token)
        arguments.append(task.input)
        arguments.append(task.lease)
        return arguments
    }

    /// What has been told to executions whose tasks wait for it.
    ///
    /// - Returns: The fields of each one's inbox, as ``TaskAnswer`` describes them.
    package func answers(to executions: [ExecutionKey]) async throws(StoreError) -> [JSONObject] {
        guard !executions.isEmpty else { return [] }
        let replies: [RedisValue]
        do {
            replies = try await client.send(executions.map { RedisCommand("HGETALL", keys.inbox($0)) })
        } catch {
            throw refusal(error)
        }
        var answers: [JSONObject] = []
        for reply in replies {
            if case .error(let error) = reply { throw refusal(error) }
            var fields = JSONObject()
            for (field, answer) in reply.pairs {
                guard let field = field.string, let text = answer.bytes else { continue }
                fields[field] = TaskAnswer.entry(field, text)
            }
            answers.append(fields)
        }
        return answers
    }
}
