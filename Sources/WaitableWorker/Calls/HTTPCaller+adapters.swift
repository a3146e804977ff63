import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import StatesLanguage
import Waitable

/// Calls of adapters.
///
/// | status | body | what it means |
/// | --- | --- | --- |
/// | 200, 204 | any JSON, or nothing | the task is done, with this output |
/// | 202 | `{"retryAfterSeconds", "state"?, "output"?}` | it goes on: ask again then, with this state |
/// | 4xx, 5xx | `{"error", "cause"?}` | it has failed |
/// | 429, 5xx | anything else | the adapter cannot say it now |
extension HTTPCaller {
    /// How long an adapter may take.
    private static let longestIntegration: TimeAmount = .seconds(300)
    /// How long one may take that is asked how a task stands.
    private static let longestPoll: TimeAmount = .seconds(60)
    /// The most bytes of an answer beside the output.
    private static let envelope = 16_384
    /// The most bytes of a state.
    private static let longestState = 8_192
    /// The pauses that an adapter may ask for, in seconds.
    private static let pauses = 0.1...86_400
    /// The most bytes of an error's name.
    private static let longestError = 256
    /// The most code points of a cause.
    private static let longestCause = 32_768

    /// The error of a task whose adapter gives no answer that counts.
    static let unavailable = "Waitable.IntegrationUnavailable"

    private struct Fault: Error {
        let error: String
        let cause: String
        /// Whether asking again may help.
        var isPassing = false

        static func unavailable(_ cause: String) -> Fault {
            Fault(error: HTTPCaller.unavailable, cause: cause, isPassing: true)
        }

        static func invalid(_ cause: String) -> Fault {
            Fault(error: "Waitable.IntegrationInvalidResponse", cause: cause)
        }
    }

    func integrate(_ request: IntegrationRequest, _ call: OutsideCall) async -> TaskAnswer {
        guard let adapter = configuration.adapter(of: request.integration) else {
            return .failed(
                error: OutsideIntegration.missing,
                cause:
                    "No adapter carries out the resource \(request.integration.resource): WAITABLE_INTEGRATIONS of the "
                    + "worker names none with a prefix of it."
            )
        }
        do throws(Fault) {
            return try await ask(adapter, request, call)
        } catch {
            // A task that goes on is not given up because nobody can say how it stands.
            if error.isPassing, let poll = request.poll, poll.failures < TaskPoll.mostFailures {
                return .postponed(poll.afterFailure, output: nil)
            }
            return .failed(error: error.error, cause: "The adapter of '\(adapter.prefix)' \(error.cause)")
        }
    }

    private func ask(
        _ adapter: Adapter,
        _ asked: IntegrationRequest,
        _ call: OutsideCall
    ) async throws(Fault) -> TaskAnswer {
        var request = HTTPClientRequest(url: adapter.url.text)
        request.method = .POST
        request.headers = headers(of: call)
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(ByteBuffer(string: asked.body(of: call).text))
        let response: HTTPClientResponse
        let body: ByteBuffer
        do {
            (response, body) = try await exchange(
                request,
                with: adapter.url.authority.host,
                within: call.limit(asked.poll == nil ? Self.longestIntegration : Self.longestPoll),
                upTo: DataLimit.bytes + Self.envelope
            )
        } catch is NIOTooManyBytesError {
            return .tooLarge(from: asked.integration.service)
        } catch {
            throw .unavailable("gave no answer: \(error)")
        }
        return try Self.answer(Int(response.status.code), String(buffer: body), to: asked)
    }

    private static func answer(
        _ status: Int,
        _ text: String,
        to asked: IntegrationRequest
    ) throws(Fault) -> TaskAnswer {
        func excerpt() -> String { "\(status) '\(text.prefix(codePoints: 200))'" }
        let body = text.isEmpty ? JSON.null : try? JSON(parsing: text)
        switch status {
        case 200, 204:
            guard let body else { throw .invalid("answered with what is no JSON: \(excerpt())") }
            return body.isNested(deeperThan: TaskAnswer.deepestEntry - 1) ? .tooDeep : .succeeded(body)
        case 202:
            guard let object = body?.objectValue else {
                throw .invalid("answered 202 with what is no JSON object: \(excerpt())")
            }
            return try postponement(object, of: asked)
        case 400...:
            if let object = body?.objectValue, let error = object["error"]?.stringValue, !error.isEmpty,
                error.utf8.count <= longestError
            {
                let cause = object["cause"].map { $0.stringValue ?? $0.text }
                return .failed(error: error, cause: cause.map { String($0.prefix(codePoints: longestCause)) })
            }
            if status == 429 || status >= 500 { throw .unavailable("answered \(excerpt())") }
            throw .invalid("answered without an 'error': \(excerpt())")
        default:
            let reason =
                (300..<400).contains(status) ? "redirects are not followed" : "must be 200, 202, 204, 4xx or 5xx"
            throw .invalid("answered with a status that is not allowed (\(reason)): \(excerpt())")
        }
    }

    private static func postponement(
        _ object: JSONObject,
        of asked: IntegrationRequest
    ) throws(Fault) -> TaskAnswer {
        let seconds = object["retryAfterSeconds"] ?? .null
        guard let number = seconds.numberValue, pauses.contains(number) else {
            throw .invalid(
                "answered 202 with a 'retryAfterSeconds' that is no number from \(pauses.lowerBound) to 86400: "
                    + "\(seconds.text.prefix(codePoints: 200))"
            )
        }
        let state = (object["state"] ?? .null).text
        guard state.utf8.count <= longestState else {
            throw .invalid(
                "answered 202 with a 'state' of \(state.utf8.count) bytes; it must have at most \(longestState)"
            )
        }
        let pause = Int64((number * 1_000).rounded(.up))
        let poll =
            asked.poll?.next(pause: pause, state: state)
            ?? TaskPoll(number: 1, pause: pause, state: state, at: Instant(milliseconds: 0))
        // What the task was begun with is told once.
        let isNews = asked.integration.isFollowed && asked.poll == nil
        let output = isNews ? object["output"] ?? .object([:]) : nil
        if let output, output.isNested(deeperThan: TaskAnswer.deepestEntry - 1) { return .tooDeep }
        return .postponed(poll, output: output, job: asked.poll == nil ? FollowedJob(asked, poll).text : nil)
    }
}

extension TaskPoll {
    /// The poll after this one.
    func next(pause: Int64, failures: Int = 0, state: String? = nil) -> TaskPoll {
        TaskPoll(number: number + 1, pause: pause, failures: failures, state: state ?? self.state, at: at)
    }

    /// The poll after this one, which has got no answer.
    var afterFailure: TaskPoll {
        next(pause: max(pause, min(60_000, 1_000 << min(failures, 6))), failures: failures + 1)
    }
}
