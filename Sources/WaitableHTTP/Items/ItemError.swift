package import HTTPTypes
package import Hummingbird
import RedisClient
package import StatesLanguage
package import Waitable
package import WaitableRedis

/// An error of the items' API: `{"code","message","field"?,"value"?}` with a fitting status.
package struct ItemError: Error, HTTPResponseError {
    package var status: HTTPResponse.Status
    var code: String
    package var message: String
    var field: String?
    var value: String?
    var retryAfter: Int?
    /// How to authenticate, for `WWW-Authenticate`.
    var challenge: String?
    /// The methods that a path has, for `Allow`.
    var allow: String?
    /// How safe the start is, for `Waitable-Durability`.
    var durability: Durability?

    init(status: HTTPResponse.Status, code: String, message: String) {
        self.status = status
        self.code = code
        self.message = message
    }

    package init(_ error: FieldError) {
        self.init(status: .badRequest, code: "InvalidField", message: "\(error)")
        field = error.field
        value = error.value
    }

    /// What went wrong in the store, as the caller's business: full or away is a 503 with a time to try again.
    package init(_ error: StoreError) {
        switch error {
        case .outOfMemory(let message):
            let reason = message.hasSuffix(".") ? message.dropLast() : message[...]
            self.init(
                status: .serviceUnavailable,
                code: "OutOfMemory",
                message: "Redis has no room, and nothing was started: \(reason); raise maxmemory, or keep closed items"
                    + " for less long (WAITABLE_RETENTION_AGE)"
            )
            retryAfter = 5
        case .unready(let unreadiness):
            self.init(
                status: .serviceUnavailable,
                code: unreadiness.code,
                message: "Nothing was started, because it could be lost: \(unreadiness.reason)"
            )
            retryAfter = unreadiness.retryAfter
        case .redis(let cause):
            self = cause.code == .outcomeUnknown ? .outcomeUnknown : .redisUnavailable
        case .clockChanged:
            self = .clockChanged
        case .stopping:
            self = .stopping
        case .refused where error.isPassing:
            self = Self.unavailable("RedisNotReady", "Redis takes no such calls now, and nothing was done: \(error)")
        case .refused, .unexpectedReply:
            self.init(status: .internalServerError, code: "StoreError", message: "\(error)")
        }
    }

    /// An execution whose document in Redis is damaged: which one, and in which way, but nothing that it holds.
    init(_ error: DocumentError) {
        self.init(status: .internalServerError, code: "DocumentUnreadable", message: error.sentence)
        field = "Id"
        value = error.key.name
    }

    static let outcomeUnknown = unavailable(
        "OutcomeUnknown",
        "Redis did not answer, so it may have been done. A start with the same Id is safe to repeat; look before you repeat "
            + "anything else."
    )
    static let redisUnavailable = unavailable("RedisUnavailable", "Redis cannot be reached: nothing was done.")
    static let clockChanged = unavailable(
        "ClockChanged",
        "Redis's clock was set, or it is another Redis: nothing was done."
    )
    static let stopping = unavailable("Stopping", "The server is stopping.")
    static let tooManyReplays = unavailable(
        "TooManyReplays",
        "Too many executions, lists, histories and definitions are asked for at once."
    )
    static let tooManyAnswers = unavailable("TooManyAnswers", "Answers that nobody has read yet have all the room.")
    /// Nobody reads it, but the log of a proxy: the client has gone, or the server stops.
    static let givenUp = unavailable("Stopping", "The request was given up.")
    static let tooManyConnections = unavailable("TooManyConnections", "All connections are taken.")
    static let tooManyBatches = unavailable("TooManyBatches", "Too many batches are under way.")

    /// What may go well in a second.
    static func unavailable(_ code: String, _ message: String) -> ItemError {
        var error = ItemError(status: .serviceUnavailable, code: code, message: message)
        error.retryAfter = 1
        return error
    }

    /// A request whose content is of a kind that is not read here.
    static func unsupported(_ field: String, _ rule: String, _ value: String) -> ItemError {
        var error = ItemError(FieldError(field: field, rule: rule, value: value))
        error.status = .unsupportedMediaType
        error.code = "UnsupportedMediaType"
        return error
    }

    /// A start without a state machine that is to have one.
    package static let noDefaultMachine = unavailable("NoStateMachine", "No default state machine is deployed.")

    /// A state machine whose definition Redis has lost.
    ///
    /// - Parameter machine: Its name; `nil` for the default one.
    package static func noRevision(of machine: String?) -> ItemError {
        let name = machine.map { "the state machine '\($0)'" } ?? "the default state machine"
        return unavailable("NoStateMachine", "The definition of \(name) is gone from Redis, and nothing was started.")
    }

    /// A missing state machine.
    package static func noMachine(_ name: String) -> ItemError {
        var error = ItemError(
            status: .notFound,
            code: "StateMachineNotFound",
            message: "There is no state machine '\(name)'."
        )
        error.field = "stateMachine"
        error.value = name
        return error
    }

    /// An Id that another start has.
    package static func conflict(_ id: String) -> ItemError {
        var error = ItemError(
            status: .conflict,
            code: "ItemExists",
            message: "Id: must be new, or come with the same StartTimestamp as before: '\(id)'"
        )
        error.field = "Id"
        error.value = id
        return error
    }

    /// A start that is less safe than was asked for.
    package static func notDurable(_ id: String, _ outcome: DurabilityOutcome) -> ItemError {
        var error = unavailable("DurabilityNotReached", outcome.message)
        error.field = "Id"
        error.value = id
        error.durability = outcome.reached
        return error
    }

    /// A missing item.
    static func noItem(_ id: String) -> ItemError {
        var error = ItemError(status: .notFound, code: "ItemNotFound", message: "There is no item '\(id)'.")
        error.field = "Id"
        error.value = id
        return error
    }

    /// `{"code","message","field"?,"value"?}`
    var body: JSONObject {
        var body: JSONObject = ["code": .string(code), "message": .string(message)]
        body["field"] = field.map(JSON.string)
        body["value"] = value.map(JSON.string)
        return body
    }

    /// The same as an answer to a line of a batch: `{"status","code","message","field"?,"value"?}`
    package var answer: JSONObject {
        var answer: JSONObject = ["status": .integer(Int64(status.code))]
        for (name, value) in body { answer[name] = value }
        return answer
    }

    package func response(from request: Request, context: some RequestContext) throws -> Response {
        var response = Response(status: status, json: .object(body))
        if let retryAfter { response.headers[.retryAfter] = "\(retryAfter)" }
        if let challenge { response.headers[.wwwAuthenticate] = challenge }
        if let allow { response.headers[.allow] = allow }
        if let durability { response.headers[.waitableDurability] = durability.text }
        return response
    }
}
