import HTTPTypes
import Hummingbird
import RedisClient
import StatesLanguage
import Waitable
import WaitableRedis

/// An error of the items' API: `{"code","message","field"?,"value"?}` with a fitting status.
struct ItemError: Error, HTTPResponseError {
    var status: HTTPResponse.Status
    var code: String
    var message: String
    var field: String?
    var value: String?
    var retryAfter: Int?

    init(status: HTTPResponse.Status, code: String, message: String) {
        self.status = status
        self.code = code
        self.message = message
    }

    init(_ error: FieldError) {
        self.init(status: .badRequest, code: "InvalidField", message: "\(error)")
        field = error.field
        value = error.value
    }

    /// What went wrong in the store, as the caller's business: full or away is a 503 with a time to try again.
    init(_ error: StoreError) {
        switch error {
        case .outOfMemory(let message):
            self.init(
                status: .serviceUnavailable,
                code: "OutOfMemory",
                message: "Redis has no room, and nothing was started: \(message)"
            )
            retryAfter = 5
        case .redis(let cause):
            self.init(
                status: .serviceUnavailable,
                code: cause.code == .outcomeUnknown ? "OutcomeUnknown" : "RedisUnavailable",
                message: cause.code == .outcomeUnknown
                    ? "Redis did not answer in time. The same request with the same Id is safe to repeat."
                    : "Redis cannot be reached: nothing was done."
            )
            retryAfter = 1
        case .refused("SHUTDOWN", _):
            self.init(status: .serviceUnavailable, code: "Stopping", message: "The server is stopping.")
            retryAfter = 1
        case .refused, .unexpectedReply:
            self.init(status: .internalServerError, code: "StoreError", message: "\(error)")
        }
    }

    /// A missing item.
    static func noItem(_ id: String) -> ItemError {
        var error = ItemError(status: .notFound, code: "ItemNotFound", message: "There is no item '\(id)'.")
        error.field = "Id"
        error.value = id
        return error
    }

    func response(from request: Request, context: some RequestContext) throws -> Response {
        var body: JSONObject = ["code": .string(code), "message": .string(message)]
        body["field"] = field.map(JSON.string)
        body["value"] = value.map(JSON.string)
        var response = Response(status: status, json: .object(body))
        if let retryAfter { response.headers[.retryAfter] = "\(retryAfter)" }
        return response
    }
}
