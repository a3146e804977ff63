import StatesLanguage
import Waitable
import WaitableRedis

extension StepFunctionsAPI {
    /// Answers a task.
    func sendTaskSuccess(_ request: APIRequest) async throws -> JSONObject {
        let output = try request.required("output")
        guard output.utf8.count <= DataLimit.bytes else {
            throw .constraint(
                value: "\(output.utf8.count) bytes",
                at: "output",
                "Member must have length less than or equal to \(DataLimit.bytes)"
            ) as APIError
        }
        let json: JSON
        do {
            json = try JSON(parsing: output)
        } catch {
            throw APIError("InvalidOutput", "Invalid Output: '\(error.message(quoting: output))'")
        }
        return try await tell(request, .succeeded(json))
    }

    /// Fails a task.
    func sendTaskFailure(_ request: APIRequest) async throws -> JSONObject {
        let error = try request.optional("error")
        let cause = try request.optional("cause")
        return try await tell(request, .failed(error: error, cause: cause))
    }

    /// Gives a sign of life for a task.
    func sendTaskHeartbeat(_ request: APIRequest) async throws -> JSONObject {
        try await tell(request, .heartbeat(try await ingest.clock.now()))
    }

    /// Tells the task of a token something. A token that was made up costs a hash and nothing else, whatever it names; and of
    /// the execution of a good one, Redis alone looks at the document.
    private func tell(_ request: APIRequest, _ answer: TaskAnswer) async throws -> JSONObject {
        let text = try request.required("taskToken")
        guard let token = TaskToken(text), try await isGood(token) else {
            throw APIError("InvalidToken", "Invalid Token: 'Invalid token'")
        }
        let store = ingest.store(of: token.key)
        guard try await store.answer(token.key, startDate: token.startDate, task: token.task, answer) else {
            throw APIError("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")
        }
        return [:]
    }

    /// Whether a token was made with the namespace's key; Redis may have got another one since it was read.
    private func isGood(_ token: TaskToken) async throws -> Bool {
        if token.isMade(with: try await ingest.identity.secret()) { return true }
        return token.isMade(with: try await ingest.identity.settle())
    }
}
