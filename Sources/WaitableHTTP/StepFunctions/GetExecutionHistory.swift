import StatesLanguage
import Waitable

extension StepFunctionsAPI {
    /// Lists an execution's events, by pages, in either order.
    func getExecutionHistory(_ request: APIRequest) async throws -> JSONObject {
        let arn = try request.required("executionArn")
        let limit = try request.integer("maxResults") ?? 0
        let isReversed = try request.flag("reverseOrder")
        let includesData = try request.includesExecutionData()
        let token = try request.eventToken()
        let page = try await ingest.replays.make(from: try ingest.arn.executionKey(in: arn)) { execution, pause in
            try await ExecutionHistory(ingest: ingest, execution: execution, pause: pause).page(
                limit == 0 ? 1_000 : limit,
                from: token,
                isReversed: isReversed,
                includesData: includesData
            )
        }
        guard let page else { throw APIError.noExecution(arn) }
        var answer: JSONObject = ["events": .array(page.events.map(\.json))]
        answer["nextToken"] = page.next.map { .string("\($0)") }
        return answer
    }
}

extension APIRequest {
    fileprivate func includesExecutionData() throws(APIError) -> Bool {
        isGiven("includeExecutionData") ? try flag("includeExecutionData") : true
    }

    /// `nextToken`: an event's id.
    fileprivate func eventToken() throws(APIError) -> Int? {
        guard let token = try optional("nextToken") else { return nil }
        guard let id = Int(token), (1...1_000_000).contains(id) else {
            throw APIError("InvalidToken", "Invalid Token: 'Invalid token'")
        }
        return id
    }
}
