import StatesLanguage
import Waitable
import WaitableRedis

extension StepFunctionsAPI {
    /// Runs a single state, with a mocked outcome in place of its work. Nothing is read or written.
    func testState(_ request: APIRequest) async throws -> JSONObject {
        // The members of the wrong type are told in AWS's words.
        for name in ["definition", "input", "variables"] { _ = try request.optional(name) }
        _ = try request.flag("revealSecrets")
        if let input = try request.optional("input") { try check(input) }
        let now = try await ingest.clock.now()
        return try await ingest.compilations.turn { _ in
            try StateTestCall(request.members).answer(arn: ingest.arn, at: now)
        }
    }
}
