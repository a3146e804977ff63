import StatesLanguage
import Waitable
import WaitableOperations
import WaitableRedis

extension StepFunctionsAPI {
    /// Stops an execution. One that is closed already is left as it is, and its stop date is answered.
    func stopExecution(_ request: APIRequest) async throws -> JSONObject {
        let execution = try await execution(named: try request.required("executionArn"))
        let error = try request.optional("error")
        let cause = try request.optional("cause")
        if let stopDate = execution.stopDate { return ["stopDate": stopDate.epochSeconds] }
        let failure = error == nil && cause == nil ? nil : ExecutionFailure(error: error, cause: cause)
        let store = ingest.store(of: execution.key)
        return ["stopDate": try await store.stop(execution.key, failure: failure).epochSeconds]
    }
}
