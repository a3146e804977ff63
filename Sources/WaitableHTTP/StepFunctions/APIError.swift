import HTTPTypes
import Hummingbird
import RedisClient
import StatesLanguage
import Waitable
import WaitableRedis

/// An error of the Step Functions API: AWS's name and text, from which SDKs make their exception classes.
struct APIError: Error, Sendable {
    /// The exact error name, such as `ExecutionDoesNotExist`.
    var code: String
    /// The text.
    var message: String
    /// 400 for the caller's errors, 500 and 503 for the server's.
    var status: HTTPResponse.Status = .badRequest
    /// After how many seconds it is worth asking again.
    var retryAfter: Int?
    /// How safe the start is, for `Waitable-Durability`.
    var durability: Durability?

    init(_ code: String, _ message: String, status: HTTPResponse.Status = .badRequest) {
        self.code = code
        self.message = message
        self.status = status
    }

    init(_ error: ARNError) { self.init("InvalidArn", "Invalid Arn: '\(error.reason)'") }

    init(_ error: DefinitionError) {
        self.init("InvalidDefinition", "Invalid State Machine Definition: '\(error)'")
    }

    /// What the items' API tells as a 503.
    init(unavailable error: ItemError) {
        self.init("ServiceUnavailable", error.message, status: .serviceUnavailable)
        retryAfter = error.retryAfter
    }

    /// What went wrong in the store. SDKs repeat both kinds of 503; by the name, a caller can tell what was not done from
    /// what may have been.
    init(_ error: StoreError) {
        if case .redis(let cause) = error, cause.code == .outcomeUnknown {
            self.init(
                "OutcomeUnknown",
                "Redis did not answer, so it may have been done. A start with the same name, or a call with the same client "
                    + "token, is safe to repeat.",
                status: .serviceUnavailable
            )
            retryAfter = 1
            return
        }
        let isUnavailable =
            switch error {
            case .redis, .stopping: true
            case .outOfMemory, .unready, .clockChanged, .refused, .unexpectedReply: error.isPassing
            }
        guard isUnavailable else {
            self.init("InternalFailure", "\(error)", status: .internalServerError)
            return
        }
        self.init("ServiceUnavailable", "\(error)", status: .serviceUnavailable)
        retryAfter =
            switch error {
            case .outOfMemory: 5
            case .unready(let unreadiness): unreadiness.retryAfter
            default: 1
            }
    }

    static func noStateMachine(_ arn: String) -> APIError {
        APIError("StateMachineDoesNotExist", "State Machine Does Not Exist: '\(arn)'")
    }

    /// Redis has lost the revision that an execution would run; ingest deploys what it can.
    static func revisionMissing(_ machine: String) -> APIError {
        var error = APIError(
            "ServiceUnavailable",
            "The definition of the state machine '\(machine)' is gone from Redis, and nothing was started.",
            status: .serviceUnavailable
        )
        error.retryAfter = 1
        return error
    }

    /// A start that is less safe than was asked for. Who did not name the execution finds its name here, to ask again by it.
    static func notDurable(_ arn: String, _ outcome: DurabilityOutcome) -> APIError {
        var error = APIError(
            "DurabilityNotReached",
            "Durability not reached for '\(arn)'. \(outcome.message)",
            status: .serviceUnavailable
        )
        error.retryAfter = 1
        error.durability = outcome.reached
        return error
    }

    static func noExecution(_ arn: String) -> APIError {
        APIError("ExecutionDoesNotExist", "Execution Does Not Exist: '\(arn)'")
    }

    static func noMapRun(_ arn: String) -> APIError { APIError("ResourceNotFound", "Resource not found: '\(arn)'") }

    /// The operation is not one for executions of machines of this type.
    static let wrongType = APIError(
        "StateMachineTypeNotSupported",
        "This operation is not supported by this type of state machine"
    )

    static func invalidName(_ name: String) -> APIError { APIError("InvalidName", "Invalid Name: '\(name)'") }

    /// A constraint of the API's model that a value breaks.
    static func constraint(value: String?, at field: String, _ rule: String) -> APIError {
        validation([violation(of: value, at: field, rule)])
    }

    /// Constraints of the API's model that a call breaks.
    static func validation(_ violations: [String]) -> APIError {
        let count = violations.count == 1 ? "1 validation error" : "\(violations.count) validation errors"
        return APIError("ValidationException", "\(count) detected: \(violations.joined(separator: "; "))")
    }

    /// A broken constraint in AWS's words.
    static func violation(of value: String?, at field: String, _ rule: String) -> String {
        "Value \(value.map { "'\($0)'" } ?? "null") at '\(field)' failed to satisfy constraint: \(rule)"
    }

    /// A value is not of the type that a member has.
    static func wrongType(_ field: String, _ expected: String, _ value: JSON) -> APIError {
        APIError("SerializationException", "\(field): \(expected) can not be read from \(value.text)")
    }

    var response: Response {
        var response = Response(
            status: status,
            json: .object(["__type": .string(code), "message": .string(message)]),
            contentType: StepFunctionsAPI.contentType
        )
        response.headers[.amazonErrorType] = code
        if let retryAfter { response.headers[.retryAfter] = "\(retryAfter)" }
        if let durability { response.headers[.waitableDurability] = durability.text }
        return response
    }
}
