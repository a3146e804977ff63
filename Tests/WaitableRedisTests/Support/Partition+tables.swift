import RedisClient
import StatesLanguage
import Testing
import Waitable

/// What an operation on a declared table came to.
enum TableResult: Equatable {
    case answer(JSON)
    /// With DynamoDB's name and message.
    case failure(code: String, message: String)

    /// The answer's members; none for a failure.
    var members: JSONObject { if case .answer(let json) = self { json.objectValue ?? [:] } else { [:] } }

    /// The items of a page.
    var items: [JSON] { members["Items"]?.arrayValue ?? [] }
}

extension Partition {
    /// Declares a table: `pk:S,sk:N`.
    func declare(_ name: String, _ key: String) async throws {
        let schema = try TableSchema(key)
        let record = TableRecord(name: name, schema: schema, creationDate: Instant(milliseconds: 0))
        try await redis("HSET", "~:tables", name, record.json.text)
    }

    /// Carries an operation on declared tables out, inside the commit of an execution.
    func perform(_ action: ItemOperationName, _ parameters: JSON) async throws -> TableResult {
        let operation: TableOperation
        do throws(ItemProblem) {
            operation = try TableOperation(action, parameters: parameters)
        } catch {
            switch error {
            case .validation(let message): return .failure(code: "ValidationException", message: message)
            case .service(let code, let message): return .failure(code: code, message: message)
            case .parameters(let message): return .failure(code: "States.Runtime", message: message)
            }
        }
        let outcome = try #require(try await outcome(of: operation).objectValue)
        if let answer = outcome["answer"] { return .answer(answer) }
        return .failure(
            code: outcome["code"]?.stringValue ?? "",
            message: outcome["message"]?.stringValue ?? ""
        )
    }

    /// What an operation comes to inside the commit of an execution: of a page or a batch of reads, its first part.
    func outcome(of operation: TableOperation) async throws -> JSON {
        let program = operation.program(task: 7, echo: .object([:]))
        try await redis("HDEL", "~:executions", "m:a")
        try await accept("m:a")
        let token = try await claim().token
        let words = ["evaluate", "\(operation.table):x", program]
        let entry = Entry("m:a", next: "1", token: token, effects: [words])
        let reply = try await call("commit", [token] + Entry.arguments([entry]))
        let result = try #require(reply.array?.first?.array)
        return try JSON(parsing: try #require(result.last?.string))
    }

    /// What is left of an operation, read part by part as a worker does.
    ///
    /// - Parameter part: What is done with the outcome of each part.
    func readOn(_ outcome: JSON, _ part: (JSON) throws -> Void = { _ in }) async throws -> JSON {
        guard var reading = UnfinishedReading(outcome) else { return outcome }
        while reading.isUnfinished {
            let reply = try await call("read_part", try #require(reading.program))
            let next = try JSON(parsing: try #require(reply.string, "\(reply)"))
            try part(next)
            reading.take(next)
        }
        return reading.outcome
    }

    func perform(_ action: ItemOperationName, _ parameters: String) async throws -> TableResult {
        try await perform(action, try JSON(parsing: parameters))
    }

    /// All items of a query or a scan, page by page.
    func allPages(_ action: ItemOperationName, _ parameters: JSON) async throws -> (items: [JSON], pages: Int) {
        var parameters = parameters.objectValue ?? [:]
        var items: [JSON] = []
        var pages = 0
        while true {
            let result = try await perform(action, .object(parameters))
            guard case .answer = result else {
                Issue.record("\(action) \(JSON.object(parameters).text): \(result)")
                return (items, pages)
            }
            pages += 1
            items += result.items
            guard let key = result.members["LastEvaluatedKey"] else { return (items, pages) }
            parameters["ExclusiveStartKey"] = key
        }
    }

    func allPages(_ action: ItemOperationName, _ parameters: String) async throws -> (items: [JSON], pages: Int) {
        try await allPages(action, try JSON(parsing: parameters))
    }
}
