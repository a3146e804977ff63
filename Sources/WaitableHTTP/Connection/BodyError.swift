import HTTPTypes
import Hummingbird
import NIOHTTP1

/// Why a request's body was not read.
enum BodyError: Error {
    case tooLarge(limit: Int)
    /// It did not come as HTTP wants it, or not whole.
    case broken(HTTPParserError)
    case tooSlow
    /// The bodies of other requests have all the room.
    case noRoom
    /// Its connection has ended.
    case cutOff
}

extension ItemError {
    /// Why a request's body was not read, in the words of the items' API.
    init(_ error: BodyError) {
        switch error {
        case .tooLarge(let limit):
            self.init(
                status: .contentTooLarge,
                code: "BodyTooLarge",
                message: "body: must have at most \(limit) bytes"
            )
        case .broken(.invalidEOFState), .cutOff:
            self.init(
                status: .badRequest,
                code: "BodyBroken",
                message: "body: must be whole, but it ended before its Content-Length or its last chunk"
            )
        case .broken(let error):
            self.init(error)
            code = "BodyBroken"
        case .tooSlow:
            let rate = ConnectionLimits().bodyRate
            self.init(
                status: .requestTimeout,
                code: "BodyTooSlow",
                message: "body: must come at \(rate) bytes a second or more"
            )
        case .noRoom:
            self = .unavailable("TooManyBodies", "The bodies of other requests have all the room: nothing was done.")
        }
        if case .noRoom = error { return }
        field = "body"
    }
}

extension APIError {
    /// Why a request's body was not read, with names by which SDKs know what to repeat.
    init(_ error: BodyError) {
        let told = ItemError(error)
        let code =
            switch error {
            case .tooLarge: "RequestEntityTooLargeException"
            case .broken, .cutOff: "SerializationException"
            case .tooSlow: "RequestTimeoutException"
            case .noRoom: "ServiceUnavailable"
            }
        self.init(code, told.message, status: told.status)
        retryAfter = told.retryAfter
    }
}
