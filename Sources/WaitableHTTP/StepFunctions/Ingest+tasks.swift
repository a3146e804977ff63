import HTTPTypes
package import StatesLanguage
package import Waitable

extension Ingest {
    /// Carries out an operation of the Step Functions API for a task, without HTTP.
    ///
    /// - Parameters:
    ///   - operation: Its name: `StartExecution`.
    ///   - members: The members of the request.
    /// - Returns: The members of the answer; of one of ``FollowedExecution`` while that is open `executionArn` and `status`.
    package func carryOut(_ operation: String, _ members: JSONObject) async -> Result<JSONObject, OperationFailure> {
        let api = StepFunctionsAPI(ingest: self)
        do {
            let request = APIRequest(body: members)
            switch operation {
            case FollowedExecution.start: return .success(try await api.beginSyncExecution(request))
            case FollowedExecution.poll: return .success(try await api.pollSyncExecution(request))
            default: return .success(try await api.perform(operation, request))
            }
        } catch {
            let told = api.told(error)
            return .failure(OperationFailure(name: told.code, message: told.message, status: told.status.code))
        }
    }
}
