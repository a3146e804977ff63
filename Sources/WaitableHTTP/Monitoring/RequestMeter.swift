import HTTPTypes
import Hummingbird
import Metrics
import Synchronization
import WaitableMetrics

/// Counts requests by route, method and status, and observes how long their answers took to begin.
///
/// The route is its pattern, never the path that was asked for; unusual methods are one. So there are as many label sets
/// as the routes have answers, whatever clients send.
final class RequestMeter<Context: RequestContext>: RouterMiddleware {
    private struct Label: Hashable {
        var route: String
        var method: String
        var status: Int
    }

    private let handles = Mutex<[Label: (requests: Counter, duration: Timer)]>([:])

    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        do {
            let response = try await next(request, context)
            count(request, context, response.status, since: start)
            return response
        } catch {
            count(request, context, (error as? any HTTPResponseError)?.status ?? .internalServerError, since: start)
            throw error
        }
    }

    private func count(
        _ request: Request,
        _ context: Context,
        _ status: HTTPResponse.Status,
        since start: ContinuousClock.Instant
    ) {
        let label = Label(route: context.endpointPath ?? "none", method: request.method.label, status: status.code)
        let (requests, duration) = handles.withLock { handles in
            if let known = handles[label] { return known }
            let requests = Metric.httpRequests.counter(
                ("method", label.method),
                ("route", label.route),
                ("status", "\(label.status)")
            )
            // All methods and statuses of a route share it.
            let duration = Metric.httpRequestSeconds.timer(("route", label.route))
            handles[label] = (requests, duration)
            return (requests, duration)
        }
        requests.increment()
        duration.record(since: start)
    }
}

extension HTTPRequest.Method {
    fileprivate var label: String {
        switch self {
        case .get, .head, .post, .put, .patch, .delete, .options: rawValue
        default: "OTHER"
        }
    }
}
