import StatesLanguage
import Waitable

extension StepFunctionsAPI {
    /// Says what is wrong with a definition; never an error for a bad one.
    func validateStateMachineDefinition(_ request: APIRequest) async throws -> JSONObject {
        let definition = try request.required("definition")
        let type = try request.machineType()
        _ = try request.choice("severity", of: ["ERROR", "WARNING"], default: "ERROR")
        let limit = try request.integer("maxResults", in: 0...100, default: 0)
        var problems: [DefinitionProblem] = []
        do {
            _ = try StateMachine(definition: definition, resources: TaskCatalog(type: type))
        } catch {
            problems = error.problems
        }
        let shown = problems.prefix(limit == 0 ? 100 : limit)
        return [
            "result": .string(problems.isEmpty ? "OK" : "FAIL"),
            "diagnostics": .array(shown.map(Self.diagnostic)),
            "truncated": .bool(shown.count < problems.count),
        ]
    }

    private static func diagnostic(_ problem: DefinitionProblem) -> JSON {
        var object: JSONObject = [
            "severity": .string("ERROR"), "code": .string(problem.code), "message": .string(problem.message),
        ]
        if !problem.location.isEmpty { object["location"] = .string(problem.location) }
        return .object(object)
    }
}

extension APIRequest {
    /// The `type` of a state machine.
    func machineType() throws(APIError) -> MachineType {
        let name = try choice("type", of: MachineType.allCases.map(\.rawValue), default: MachineType.standard.rawValue)
        return MachineType(rawValue: name) ?? .standard
    }
}
