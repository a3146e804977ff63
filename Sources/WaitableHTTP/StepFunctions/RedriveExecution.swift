import StatesLanguage
import Waitable
import WaitableRedis

extension StepFunctionsAPI {
    /// Opens an execution again that failed, timed out or was aborted; it goes on from the state where it ended. The same call
    /// with the same client token, which SDKs make by themselves, does that once.
    func redriveExecution(_ request: APIRequest) async throws -> JSONObject {
        let arn = try request.required("executionArn")
        let key = try ingest.arn.executionKey(in: arn)
        let token = try request.optional("clientToken")
        do throws(StoreError) {
            return ["redriveDate": try await ingest.store.redrive(key, token: token).epochSeconds]
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
