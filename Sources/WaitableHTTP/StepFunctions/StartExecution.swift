import HTTPTypes
import RedisClient
import StatesLanguage
import Waitable
import WaitableRedis

extension StepFunctionsAPI {
    /// Starts an execution. Idempotent for the same name and input while it runs.
    func startExecution(_ request: APIRequest) async throws -> JSONObject {
        let accepted = try await start(request)
        guard accepted.isNew || accepted.status.isOpen else { throw exists(accepted.key) }
        return [
            "executionArn": .string(ingest.arn.execution(accepted.key)),
            "startDate": accepted.startDate.epochSeconds,
        ]
    }

    /// Starts the execution that a request describes.
    func start(_ request: APIRequest) async throws -> Starter.Acceptance {
        let arn = try request.required("stateMachineArn")
        let machine = try ingest.arn.stateMachineReference(in: arn)
        let name = try request.optional("name") ?? UUIDv4.make()
        guard ResourceName.problem(with: name) == nil else { throw APIError.invalidName(name) }
        let input = try request.optional("input") ?? "{}"
        try check(input)
        let durability = try await durability(of: request)
        do throws(Starter.Refusal) {
            let accepted = try await ingest.starter.start(machine, name: name, input: input, reaching: durability)
            request.durability.reached = accepted.durability
            return accepted
        } catch {
            switch error {
            case .noMachine, .noDefaultMachine: throw APIError.noStateMachine(arn)
            case .conflict(let key): throw exists(key)
            case .revisionMissing(let machine): throw APIError.revisionMissing(machine)
            case .notDurable(let key, let outcome): throw APIError.notDurable(ingest.arn.execution(key), outcome)
            case .store(let error): throw error
            case .unwritable(let reason): throw StoreError.refused(RedisRefusal(.other("WRITE"), reason))
            case .other(let error): throw error
            }
        }
    }

    private func durability(of request: APIRequest) async throws(APIError) -> Durability {
        let field = HTTPField.Name.waitableDurability.rawName
        do throws(FieldError) {
            return try await ingest.starter.confirmer.durability(request.durability.header, in: field)
        } catch {
            throw .constraint(value: error.value, at: field, error.rule)
        }
    }

    private func exists(_ key: ExecutionKey) -> APIError {
        APIError("ExecutionAlreadyExists", "Execution Already Exists: '\(ingest.arn.execution(key))'")
    }

    /// Checks an execution's input.
    func check(_ input: String) throws(APIError) {
        func invalid(_ reason: String) -> APIError {
            APIError("InvalidExecutionInput", "Invalid State Machine Execution Input: '\(reason)'")
        }
        guard !input.isEmpty else { throw invalid("Invalid execution input.") }
        guard input.utf8.count <= DataLimit.bytes else {
            throw .constraint(
                value: "\(input.utf8.count) bytes",
                at: "input",
                "Member must have length less than or equal to \(DataLimit.bytes)"
            )
        }
        do {
            _ = try JSON(parsing: input)
        } catch {
            throw invalid(error.message(quoting: input))
        }
    }
}
