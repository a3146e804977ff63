import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import StatesLanguage
import Waitable

/// Makes one call, nearly always over HTTP, and reads its answer as AWS's tasks do.
struct HTTPCaller: Sendable {
    let client: HTTPClient
    let configuration: CallConfiguration
    let names: NameCheck
    var operations = OperationCaller(handler: nil)

    /// How long it may take until there is a connection.
    static let longestConnect: TimeAmount = .seconds(10)
    /// How long a function may take, as AWS has it.
    private static let longestFunction: TimeAmount = .seconds(900)
    /// How long `http:invoke` may take, as AWS has it.
    private static let longestRequest: TimeAmount = .seconds(60)

    /// What a call came to.
    func answer(to call: OutsideCall) async -> TaskAnswer {
        switch call.target {
        case .function(let name, let payload, let isWrapped):
            await invoke(name, payload, isWrapped: isWrapped, call)
        case .http(let parameters): await request(parameters, call)
        case .integration(let request) where request.integration.service == OperationCaller.service:
            await operations.answer(to: request, call)
        case .integration(let request): await integrate(request, call)
        case .transfer: preconditionFailure("transfers are carried out by TransferCaller")
        }
    }

    // MARK: Functions

    private func invoke(_ name: String, _ payload: String, isWrapped: Bool, _ call: OutsideCall) async -> TaskAnswer {
        let requestID = DerivedUUID.text(call.idempotencyKey)
        guard let url = configuration.url(ofFunction: name) else {
            return .failed(
                error: "Lambda.ResourceNotFoundException",
                cause: "Function not found: \(name) (Service: Lambda, Status Code: 404, Request ID: \(requestID))"
            )
        }
        var request = HTTPClientRequest(url: url.text)
        request.method = .POST
        request.headers = headers(of: call)
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(ByteBuffer(string: payload))
        let response: HTTPClientResponse
        let body: ByteBuffer
        do {
            let limit = call.limit(Self.longestFunction)
            (response, body) = try await exchange(request, with: url.authority.host, within: limit)
        } catch is NIOTooManyBytesError {
            return .tooLarge(from: "lambda")
        } catch {
            return .failed(error: "Lambda.SdkClientException", cause: "\(error)")
        }
        let text = String(buffer: body)
        guard (200..<300).contains(response.status.code) else {
            let error =
                switch response.status.code {
                case 429: "Lambda.TooManyRequestsException"
                case 500...: "Lambda.ServiceException"
                default: "Lambda.AWSLambdaException"
                }
            return .failed(error: error, cause: "\(text) (Service: Lambda, Status Code: \(response.status.code))")
        }
        let output = text.isEmpty ? .null : try? JSON(parsing: text)
        if response.headers.contains(name: "X-Amz-Function-Error") {
            return .failed(error: output?.objectValue?["errorType"]?.stringValue ?? "Unhandled", cause: text)
        }
        guard let output else {
            return .failed(
                error: "Lambda.Unknown",
                cause: "The function answered with what is no JSON: \(text.prefix(codePoints: 200))"
            )
        }
        guard isWrapped else { return .succeeded(output) }
        return .succeeded(InvocationResponse(requestID: requestID, date: call.date).output(output))
    }

    // MARK: http:invoke

    private static let methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]

    private func request(_ parameters: JSONObject, _ call: OutsideCall) async -> TaskAnswer {
        func invalid(_ reason: String) -> TaskAnswer { .failed(error: "States.Http.InvalidRequest", cause: reason) }
        let endpoint = parameters["ApiEndpoint"]?.stringValue ?? ""
        guard var url = CallURL(endpoint) else {
            return invalid(
                "ApiEndpoint: must be an http or https URL of a plain host, without a user and a fragment: '\(endpoint)'"
            )
        }
        guard configuration.allows(url) else {
            return invalid(
                "ApiEndpoint: must be of a host that WAITABLE_HTTP_HOSTS allows: '\(url.authority.host.text)'"
            )
        }
        let method = parameters["Method"]?.stringValue ?? ""
        guard Self.methods.contains(method) else {
            return invalid("Method: must be one of \(Self.methods.joined(separator: ", ")): '\(method)'")
        }
        for (name, value) in parameters["QueryParameters"]?.objectValue ?? [:] {
            for text in Self.texts(value) { url.addParameter(name, text) }
        }
        var request = HTTPClientRequest(url: url.text)
        request.method = HTTPMethod(rawValue: method)
        request.headers = headers(of: call)
        do throws(FieldError) {
            for (name, value) in parameters["Headers"]?.objectValue ?? [:] {
                for text in Self.texts(value) {
                    let header = try RequestHeader(name, text)
                    request.headers.add(name: header.name, value: header.value)
                }
            }
        } catch {
            return invalid("\(error)")
        }
        if let body = parameters["RequestBody"] {
            if !request.headers.contains(name: "Content-Type") {
                request.headers.add(name: "Content-Type", value: "application/json")
            }
            request.body = .bytes(ByteBuffer(string: body.stringValue ?? body.text))
        }
        do {
            let limit = call.limit(Self.longestRequest)
            let (response, body) = try await exchange(request, with: url.authority.host, within: limit)
            return Self.answer(response, String(buffer: body))
        } catch is NIOTooManyBytesError {
            return .tooLarge(from: "http")
        } catch {
            return .failed(error: "States.Http.Socket", cause: "\(error)")
        }
    }

    private static func answer(_ response: HTTPClientResponse, _ body: String) -> TaskAnswer {
        var headers = JSONObject()
        for (name, value) in response.headers {
            headers[name] = .array((headers[name]?.arrayValue ?? []) + [.string(value)])
        }
        let status = Int64(response.status.code)
        let output: JSONObject = [
            "Headers": .object(headers), "ResponseBody": (try? JSON(parsing: body)) ?? .string(body),
            "StatusCode": .integer(status), "StatusText": .string(response.status.reasonPhrase),
        ]
        if (200..<300).contains(status) { return .succeeded(.object(output)) }
        return .failed(error: "States.Http.StatusCode.\(status)", cause: JSON.object(output).text)
    }

    private static func texts(_ value: JSON) -> [String] {
        (value.arrayValue ?? [value]).map { $0.stringValue ?? $0.text }
    }

    // MARK: Both

    /// Sends a request and reads its answer to the end, all within one deadline: a server that sends a byte now and then
    /// gets no more time than one that sends nothing.
    func exchange(
        _ request: HTTPClientRequest,
        with host: URLHost,
        within limit: TimeAmount,
        upTo bytes: Int = DataLimit.bytes
    ) async throws -> (HTTPClientResponse, ByteBuffer) {
        try await reach(host, within: limit) {
            let response = try await client.execute(request, timeout: limit)
            return (response, try await response.body.collect(upTo: bytes))
        }
    }

    /// Does something with a host that is found, all within one deadline.
    func reach<Answer: Sendable>(
        _ host: URLHost,
        within limit: TimeAmount,
        _ body: @Sendable @escaping () async throws -> Answer
    ) async throws -> Answer {
        let patience = min(limit, Self.longestConnect)
        if !host.isAddress, await !names.isAnswered(host.text, within: .nanoseconds(patience.nanoseconds)) {
            throw HTTPClientError.connectTimeout
        }
        return try await withThrowingTaskGroup(of: Answer.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: .nanoseconds(limit.nanoseconds))
                throw HTTPClientError.deadlineExceeded
            }
            defer { group.cancelAll() }
            guard let exchange = try await group.next() else { throw CancellationError() }
            return exchange
        }
    }

    /// So that whoever is called can tell a repeated call from a new one.
    func headers(of call: OutsideCall) -> HTTPHeaders {
        ["Idempotency-Key": call.idempotencyKey, "User-Agent": "waitable"]
    }
}

extension OutsideCall {
    /// How long it may take: a little longer than its task, whose time-out is for the state to tell.
    func limit(_ longest: TimeAmount) -> TimeAmount {
        timeoutSeconds.map { min(.seconds(Int64($0) + 1), longest) } ?? longest
    }
}

extension TaskAnswer {
    static func tooLarge(from service: String) -> TaskAnswer {
        .failed(
            error: "States.DataLimitExceeded",
            cause: "The state/task '\(service)' returned a result with a size exceeding the maximum number of bytes "
                + "service limit."
        )
    }
}
