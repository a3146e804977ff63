import StatesLanguage
import Waitable

extension StepFunctionsAPI {
    /// Lists an execution's events, by pages, in either order.
    func getExecutionHistory(_ request: APIRequest) async throws -> JSONObject {
        let arn = try request.required("executionArn")
        let limit = try request.integer("maxResults", in: 0...1_000, default: 0)
        let isReversed = try request.flag("reverseOrder")
        let includesData = try request.includesExecutionData()
        let offset = try request.offset()
        let execution = try await execution(named: arn)
        var events = try await ExecutionHistory(ingest: ingest).events(of: execution)
        if isReversed { events.reverse() }
        let page = events.dropFirst(offset).prefix(limit == 0 ? 1_000 : limit)
        var answer: JSONObject = [
            "events": .array(page.map { includesData ? $0.json : $0.jsonWithoutData })
        ]
        if offset + page.count < events.count {
            answer["nextToken"] = .string("\(offset + page.count)")
        }
        return answer
    }
}

extension APIRequest {
    fileprivate func includesExecutionData() throws(APIError) -> Bool {
        isGiven("includeExecutionData") ? try flag("includeExecutionData") : true
    }

    fileprivate func offset() throws(APIError) -> Int {
        guard let token = try optional("nextToken") else { return 0 }
        guard let offset = Int(token), offset > 0 else {
            throw APIError("InvalidToken", "Invalid Token: 'Invalid token'")
        }
        return offset
    }
}
