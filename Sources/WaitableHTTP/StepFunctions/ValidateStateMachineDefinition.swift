import StatesLanguage
import Waitable

extension StepFunctionsAPI {
    /// Says what is wrong with a definition, and when asked for warnings, what can be run but will fail; never an error for a
    /// bad one.
    func validateStateMachineDefinition(_ request: APIRequest) async throws -> JSONObject {
        let definition = try request.required("definition")
        let type = try request.machineType()
        let severity = try request.optional("severity") ?? "ERROR"
        let limit = try request.integer("maxResults") ?? 0
        var diagnostics: [JSON] = []
        var result = "OK"
        do {
            let machine = try await ingest.compilations.turn { _ in
                try StateMachine(definition: definition, resources: TaskCatalog(type: type))
            }
            if severity == "WARNING" { diagnostics = machine.warnings.map { Self.diagnostic($0, severity) } }
        } catch let error as DefinitionError {
            result = "FAIL"
            diagnostics = error.problems.map { Self.diagnostic($0, "ERROR") }
        }
        let shown = diagnostics.prefix(limit == 0 ? 100 : limit)
        return [
            "result": .string(result),
            "diagnostics": .array(Array(shown)),
            "truncated": .bool(shown.count < diagnostics.count),
        ]
    }

    private static func diagnostic(_ problem: DefinitionProblem, _ severity: String) -> JSON {
        // Jackson's text ends with the place.
        let isOfText = problem.code == DefinitionProblem.invalidJSON
        let message = isOfText ? "\(problem.message)\n at \(problem.location)" : problem.message
        var object: JSONObject = [
            "severity": .string(severity), "code": .string(problem.code), "message": .string(message),
        ]
        if !problem.location.isEmpty { object["location"] = .string(problem.location) }
        return .object(object)
    }
}

extension APIRequest {
    /// The `type` of a state machine.
    func machineType() throws(APIError) -> MachineType {
        try optional("type").flatMap(MachineType.init) ?? .standard
    }
}
