import RedisClient
public import StatesLanguage
public import Waitable

extension RedisStore {
    /// Tells a task of an execution something.
    ///
    /// - Returns: Whether the task still waited for it.
    public func tell(_ key: ExecutionKey, task: Int, _ answer: TaskAnswer) async throws(StoreError) -> Bool {
        let arguments = FunctionArguments(key.member, String(task), answer.field(ofTask: task), answer.json.text)
        return try await call("waitable_tell", arguments).integer == 1
    }

    /// Takes the first task of an activity that still waits.
    ///
    /// - Parameter worker: The name that the activity's worker gives itself.
    /// - Returns: The task's token, and its input as JSON text; `nil` where there is none.
    public func takeTask(
        of activity: String,
        worker: String?
    ) async throws(StoreError) -> (token: String, input: String)? {
        while true {
            let name = worker.map { JSON.string($0).text } ?? ""
            guard let words = try await call("waitable_take", FunctionArguments(activity, name)).array else {
                return nil
            }
            // Many tasks that wait no more were passed over: look on.
            guard !words.isEmpty else { continue }
            guard words.count == 2, let token = words[0].string, let input = words[1].string else {
                throw .unexpectedReply(function: "waitable_take", reply: "\(words)")
            }
            return (token, input)
        }
    }

    /// What has been told to executions whose tasks wait for it.
    ///
    /// - Returns: The fields of each one's inbox, as ``TaskAnswer`` describes them.
    public func answers(to executions: [ExecutionKey]) async throws(StoreError) -> [JSONObject] {
        guard !executions.isEmpty else { return [] }
        let replies: [RedisValue]
        do {
            replies = try await client.send(executions.map { RedisCommand("HGETALL", keys.inbox($0)) })
        } catch {
            throw Self.storeError(error)
        }
        var answers: [JSONObject] = []
        for reply in replies {
            if case .error(let error) = reply { throw Self.storeError(error) }
            let words = reply.array ?? []
            var fields = JSONObject()
            for index in stride(from: 0, to: words.count - 1, by: 2) {
                guard let field = words[index].string, let text = words[index + 1].bytes else { continue }
                fields[field] = try? JSON(parsing: text)
            }
            answers.append(fields)
        }
        return answers
    }
}
