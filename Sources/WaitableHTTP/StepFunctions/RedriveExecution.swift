import StatesLanguage
import Waitable
import WaitableRedis

extension StepFunctionsAPI {
    /// Opens an execution again that failed, timed out or was aborted; it goes on from the state where it ended.
    func redriveExecution(_ request: APIRequest) async throws -> JSONObject {
        let arn = try request.required("executionArn")
        let key = try ingest.arn.executionKey(in: arn)
        do throws(StoreError) {
            return ["redriveDate": try await ingest.store.redrive(key).epochSeconds]
        } catch {
            guard case .refused(let reason, _) = error else { throw error }
            switch reason {
            case "NOTFOUND": throw APIError.noExecution(arn)
            case "OPEN", "SUCCEEDED":
                let status = reason == "OPEN" ? "RUNNING" : "SUCCEEDED"
                throw APIError("ExecutionNotRedrivable", "Execution is \(status) and cannot be redriven")
            default: throw error
            }
        }
    }
}
