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
        let execution = try await execution(named: arn)
        let page = try await ingest.replays.turn { turn in
            try await ExecutionHistory(ingest: ingest, execution: execution, turn: turn).page(
                limit == 0 ? 1_000 : limit,
                from: token,
                isReversed: isReversed,
                includesData: includesData
            )
        }
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
