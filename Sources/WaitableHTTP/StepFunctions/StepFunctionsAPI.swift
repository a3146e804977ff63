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

    func respond(to request: Request) async -> Response {
        var response = await orError {
            var request = request
            let caller = try await ingest.access.caller(ofOperation: &request)
            let operation = try operation(of: request)
            try ingest.access.check(caller, operation: operation)
            let body = try await Self.bytes(of: &request)
            guard operation == "GetActivityTask" else {
                return try await answer(operation, try Self.json(body, from: WaitingClient()))
            }
            return try await poll(operation, body, over: request.body)
        }
        response.headers[.amazonRequestID] = UUIDv4.make()
        return response
    }

    private func answer(_ operation: String, _ request: APIRequest) async throws -> Response {
        Response(json: .object(try await perform(operation, request)), contentType: Self.contentType)
    }

    /// Performs an operation that waits, and notices when its client goes. The connection ends with the answer: to see
    /// whether the client is still there, what follows on it is read.
    private func poll(_ operation: String, _ body: [UInt8], over connection: RequestBody) async throws -> Response {
        let client = WaitingClient()
        let request = try Self.json(body, from: client)
        var response = try await connection.consumeWithInboundCloseHandler { copy in
            // Read already, but the copy has to be read to its end too.
            for try await _ in copy {}
            return await orError { try await answer(operation, request) }
        } onInboundClosed: {
            client.leave()
        }
        response.headers[.connection] = "close"
        return response
    }

    /// The response that something gives, or that says why there is none.
    private func orError(_ body: () async throws -> Response) async -> Response {
        do {
            return try await body()
        } catch let error as APIError {
            return error.response
        } catch let error as StoreError {
            return APIError(error).response
        } catch let error as ARNError {
            return APIError(error).response
        } catch let error as DocumentError {
            ingest.logger.error("request failed", metadata: ["error": "\(error)"])
            return APIError("InternalFailure", error.sentence, status: .internalServerError).response
        } catch {
            ingest.logger.error("request failed", metadata: ["error": "\(error)"])
            return APIError("InternalFailure", "The request failed.", status: .internalServerError).response
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

    /// The body, which stays with the request, so that it can be asked for again.
    static func bytes(of request: inout Request) async throws(APIError) -> [UInt8] {
        do {
            return Array(buffer: try await request.collectBody(upTo: largestBody))
        } catch {
            throw APIError(
                "RequestEntityTooLargeException",
                "body: must have at most \(largestBody) bytes",
                status: .contentTooLarge
            )
        }
    }

    private static func json(_ bytes: [UInt8], from client: WaitingClient) throws(APIError) -> APIRequest {
        guard !bytes.isEmpty else { return APIRequest(body: JSONObject(), from: client) }
        do {
            guard let object = try JSON(parsing: bytes).objectValue else {
                throw APIError("SerializationException", "body: must be a JSON object")
            }
            return APIRequest(body: object, from: client)
        } catch let error as APIError {
            throw error
        } catch {
            throw APIError("SerializationException", "body: must be JSON (\(error))")
        }
    }

    private func perform(_ operation: String, _ request: APIRequest) async throws -> JSONObject {
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
        "DescribeStateMachine": { $0.describeStateMachine },
        "DescribeStateMachineAlias": { $0.describeStateMachineAlias },
        "DescribeStateMachineForExecution": { $0.describeStateMachineForExecution },
        "GetActivityTask": { $0.getActivityTask },
        "GetExecutionHistory": { $0.getExecutionHistory },
        "ListActivities": { $0.listActivities },
        "ListExecutions": { $0.listExecutions },
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
        "UntagResource": { $0.untagResource },
        "UpdateStateMachine": { $0.updateStateMachine },
        "UpdateStateMachineAlias": { $0.updateStateMachineAlias },
        "ValidateStateMachineDefinition": { $0.validateStateMachineDefinition },
    ]
}
