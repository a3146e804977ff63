import StatesLanguage
import Waitable
import WaitableOperations
import WaitableRedis

extension StepFunctionsAPI {
    /// Opens an execution again that failed, timed out or was aborted; it goes on from the state where it ended. The same call
    /// with the same client token, which SDKs make by themselves, does that once.
    func redriveExecution(_ request: APIRequest) async throws -> JSONObject {
        let arn = try request.required("executionArn")
        let key = try ingest.arn.executionKey(in: arn)
        let token = try request.optional("clientToken")
        do throws(StoreError) {
            return ["redriveDate": try await ingest.store(of: key).redrive(key, token: token).epochSeconds]
        } catch {
            func notRedrivable(_ status: ExecutionStatus) -> APIError {
                APIError("ExecutionNotRedrivable", "Execution is \(status.rawValue) and cannot be redriven")
            }
            switch error.refusal?.code {
            case .notFound: throw APIError.noExecution(arn)
            case .open: throw notRedrivable(.running)
            case .succeeded: throw notRedrivable(.succeeded)
            default: throw error
            }
        }
    }
}
