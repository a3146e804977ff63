import HTTPTypes
import Hummingbird
import Logging
import StatesLanguage
import Waitable
import WaitableRedis

/// The Step Functions API, JSON 1.0 over `POST /`: what the AWS CLI, boto3 and every other SDK speak.
///
/// Source: AWS Step Functions API reference; error texts as AWS answers them.
struct StepFunctionsAPI: Sendable {
    let ingest: Ingest

    static let contentType = "application/x-amz-json-1.0"
    /// The largest request, in bytes: a definition of 1 MiB with every character escaped fits.
    static let largestBody = 4_194_304

    func respond(to request: Request, _ context: ConnectionContext) async -> Response {
        var body = PendingBody(of: request, context, limit: Self.largestBody, room: ingest.bodies)
        var response = await orError {
            let caller = try await ingest.access.caller(ofOperation: request, &body)
            let operation = try operation(of: request)
            try ingest.access.check(caller, operation: operation)
            let header = request.headers[.waitableDurability]
            let call = try Self.json(try await Self.bytes(of: &body), durability: header)
            switch operation {
            case "GetActivityTask":
                context.onGone { call.client.leave() }
                return try await answer(operation, call)
            case "StartSyncExecution":
                return try await context.whileConnected { try await answer(operation, call) }
            case "GetExecutionHistory", "DescribeMapRun", "ListMapRuns":
                let replayed = try await context.whileConnected { try await answer(operation, call) }
                return try ingest.answers.hold(replayed)
            default:
                // Those that change something have small answers.
                return try ingest.answers.hold(try await answer(operation, call))
            }
        }
        response.headers[.amazonRequestID] = UUIDv4.make()
        return response
    }

    private func answer(_ operation: String, _ request: APIRequest) async throws -> Response {
        var response = Response(
            json: .object(try await perform(operation, request)),
            contentType: Self.contentType
        )
        if let reached = request.durability.reached { response.headers[.waitableDurability] = reached.text }
        return response
    }

    /// The response that something gives, or that says why there is none.
    private func orError(_ body: () async throws -> Response) async -> Response {
        do {
            return try await body()
        } catch {
            return told(error).response
        }
    }

    /// How a failed request is told.
    func told(_ error: any Error) -> APIError {
        switch error {
        case let error as APIError: return error
        case let error as StoreError: return APIError(error)
        case let error as ItemError where error.status == .serviceUnavailable: return APIError(unavailable: error)
        case is ConcurrencyLimitError: return APIError(unavailable: ItemError.tooManyReplays)
        case is CancellationError: return APIError(unavailable: ItemError.givenUp)
        case let error as ARNError: return APIError(error)
        case let refusal as StateTestCall.Refusal: return APIError(refusal.code, refusal.message)
        case let error as DocumentError:
            ingest.logger.error("request failed", metadata: ["error": "\(error)"])
            return APIError("InternalFailure", error.sentence, status: .internalServerError)
        default:
            ingest.logger.error("request failed", metadata: ["error": "\(error)"])
            return APIError("InternalFailure", "The request failed.", status: .internalServerError)
        }
    }

    private func operation(of request: Request) throws(APIError) -> String {
        let target = request.headers[.amazonTarget] ?? ""
        let prefix = "AWSStepFunctions."
        guard let operation = target.without(prefix: prefix) else {
            throw APIError("UnknownOperationException", "X-Amz-Target: must begin with \(prefix): '\(target)'")
        }
        return operation
    }

    /// The body, with AWS's errors.
    static func bytes(of body: inout PendingBody) async throws(APIError) -> [UInt8] {
        do throws(BodyError) {
            return try await body.bytes()
        } catch {
            throw APIError(error)
        }
    }

    private static func json(_ bytes: [UInt8], durability: String?) throws(APIError) -> APIRequest {
        guard !bytes.isEmpty else { return APIRequest(body: JSONObject(), durability: durability) }
        do {
            guard let object = try JSON(parsing: bytes).objectValue else {
                throw APIError("SerializationException", "body: must be a JSON object")
            }
            return APIRequest(body: object, durability: durability)
        } catch let error as APIError {
            throw error
        } catch {
            throw APIError("SerializationException", "body: must be JSON (\(error))")
        }
    }

    /// Carries out an operation.
    func perform(_ operation: String, _ request: APIRequest) async throws -> JSONObject {
        guard let perform = Self.operations[operation] else {
            throw APIError("UnknownOperationException", "X-Amz-Target: '\(operation)' is not supported by this version")
        }
        try request.check(against: operation)
        return try await perform(self)(request)
    }

    private typealias Operation = @Sendable (StepFunctionsAPI) -> @Sendable (APIRequest) async throws -> JSONObject

    /// Every operation of the API that there is.
    private static let operations: [Spelling: Operation] = [
        "CreateActivity": { $0.createActivity },
        "CreateStateMachine": { $0.createStateMachine },
        "CreateStateMachineAlias": { $0.createStateMachineAlias },
        "DeleteActivity": { $0.deleteActivity },
        "DeleteStateMachine": { $0.deleteStateMachine },
        "DeleteStateMachineAlias": { $0.deleteStateMachineAlias },
        "DeleteStateMachineVersion": { $0.deleteStateMachineVersion },
        "DescribeActivity": { $0.describeActivity },
        "DescribeExecution": { $0.describeExecution },
        "DescribeMapRun": { $0.describeMapRun },
        "DescribeStateMachine": { $0.describeStateMachine },
        "DescribeStateMachineAlias": { $0.describeStateMachineAlias },
        "DescribeStateMachineForExecution": { $0.describeStateMachineForExecution },
        "GetActivityTask": { $0.getActivityTask },
        "GetExecutionHistory": { $0.getExecutionHistory },
        "ListActivities": { $0.listActivities },
        "ListExecutions": { $0.listExecutions },
        "ListMapRuns": { $0.listMapRuns },
        "ListStateMachineAliases": { $0.listStateMachineAliases },
        "ListStateMachineVersions": { $0.listStateMachineVersions },
        "ListStateMachines": { $0.listStateMachines },
        "ListTagsForResource": { $0.listTagsForResource },
        "PublishStateMachineVersion": { $0.publishStateMachineVersion },
        "RedriveExecution": { $0.redriveExecution },
        "SendTaskFailure": { $0.sendTaskFailure },
        "SendTaskHeartbeat": { $0.sendTaskHeartbeat },
        "SendTaskSuccess": { $0.sendTaskSuccess },
        "StartExecution": { $0.startExecution },
        "StartSyncExecution": { $0.startSyncExecution },
        "StopExecution": { $0.stopExecution },
        "TagResource": { $0.tagResource },
        "TestState": { $0.testState },
        "UntagResource": { $0.untagResource },
        "UpdateMapRun": { $0.updateMapRun },
        "UpdateStateMachine": { $0.updateStateMachine },
        "UpdateStateMachineAlias": { $0.updateStateMachineAlias },
        "ValidateStateMachineDefinition": { $0.validateStateMachineDefinition },
    ]
}
