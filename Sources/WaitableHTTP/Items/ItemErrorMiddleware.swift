import Hummingbird
import Logging
import Waitable
import WaitableOperations
import WaitableRedis

/// Answers errors in the form of the items' API, whatever route they come from.
struct ItemErrorMiddleware: RouterMiddleware {
    let logger: Logger

    func handle(
        _ request: Request,
        context: ConnectionContext,
        next: (Request, ConnectionContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as any HTTPResponseError {
            throw error
        } catch {
            throw told(error)
        }
    }

    /// An error as clients are told of it.
    func told(_ error: any Error) -> ItemError {
        switch error {
        case let error as ItemError: return error
        case let error as ManagementError: return ItemError(error)
        case let error as FieldError: return ItemError(error)
        case let error as StoreError: return ItemError(error)
        case let error as BodyError: return ItemError(error)
        case is ConcurrencyLimitError: return .tooManyReplays
        case is CancellationError: return .givenUp
        default:
            logger.error("request failed", metadata: ["error": "\(error)"])
            if let error = error as? DocumentError { return ItemError(error) }
            return ItemError(status: .internalServerError, code: "InternalError", message: "The request failed.")
        }
    }
}

extension ItemError {
    fileprivate init(_ error: ManagementError) {
        self.init(
            status: error.kind == .notFound ? .notFound : .conflict,
            code: error.code,
            message: error.message
        )
        field = error.field
        value = error.value
        if error.code == "ItemRunning" { retryAfter = 1 }
    }
}
