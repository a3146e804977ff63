import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import StatesLanguage
import Transport
import Waitable
import WaitableHTTP
import WaitableOperations
import WaitableRedis

/// An ingest, by its URL.
struct IngestEndpoint: Endpoint {
    /// `http://host:port`, without a path.
    let url: String
    /// The bearer token to authenticate with.
    let token: String?
    private let client: HTTPClient

    /// Runs something with an ingest, and closes the connections after it.
    ///
    /// - Parameter authorities: The PEM file of those that may vouch for its certificate; `nil` for the system's.
    static func with<Result: Sendable>(
        url: String,
        authorities: String?,
        token: String?,
        _ body: (IngestEndpoint) async throws -> Result
    ) async throws -> Result {
        var configuration = HTTPClient.Configuration()
        if let authorities {
            var tls = TLSConfiguration.makeClientConfiguration()
            do throws(PEMFileError) {
                tls.trustRoots = .certificates(try PEMFile(path: authorities).certificates())
            } catch {
                throw SettingError(.urlCA, error.rule, authorities)
            }
            configuration.tlsConfiguration = tls
        }
        configuration.timeout.connect = .seconds(5)
        // An ingest that is not there is an answer: whoever wants to wait for it asks again.
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroup: .singletonMultiThreadedEventLoopGroup, configuration: configuration)
        do {
            let result = try await body(IngestEndpoint(url: url, token: token, client: client))
            try await client.shutdown()
            return result
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    func item(_ id: String) async throws -> JSON { try await get("/status/" + Self.escaped(id), []) }

    func items(_ query: [(name: String, value: String)]) async throws -> JSON { try await get("/status", query) }

    func list(_ query: [(name: String, value: String)]) async throws -> JSON { try await get("/items", query) }

    func describe(_ item: ItemReference) async throws -> JSON { try await get(path(item), item.query) }

    func timeline(_ item: ItemReference) async throws -> JSON { try await get(path(item) + "/timeline", item.query) }

    func manage(_ item: ItemReference, _ action: ManagementAction) async throws -> JSON {
        try await post("\(path(item))/\(action.path)", item.query, body: .object(action.body))
    }

    func stateMachines() async throws -> JSON { try await get("/state-machines", []) }

    func setPaused(_ isPaused: Bool, machine: String) async throws -> JSON {
        try await post("/state-machines/\(Self.escaped(machine))/\(isPaused ? "pause" : "resume")", [], body: nil)
    }

    func tables() async throws -> JSON { try await get("/tables", []) }

    func createTable(_ name: String, _ schema: TableSchema) async throws -> JSON {
        try await post("/tables", [], body: .object(["name": .string(name), "key": schema.json]))
    }

    func deleteTable(_ name: String) async throws -> JSON {
        try await post("/tables/\(Self.escaped(name))/delete", [], body: nil)
    }

    func start(_ items: [JSONObject]) async throws -> [JSONObject] {
        var lines: [UInt8] = []
        for item in items {
            JSON.object(item).write(to: &lines)
            lines.append(UInt8(ascii: "\n"))
        }
        var request = HTTPClientRequest(url: url + "/items")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/x-ndjson")
        request.body = .bytes(ByteBuffer(bytes: lines))
        let answer = try await send(request)
        let answers = try answer.split(separator: UInt8(ascii: "\n")).map { line in
            try JSON(parsing: Array(line)).objectValue
        }
        guard answers.count == items.count else { throw RemoteError.unexpected(url: url) }
        return answers.compactMap(\.self)
    }

    func overview() async throws -> Overview {
        guard let overview = Overview(json: try await get("/overview", [])) else {
            throw RemoteError.unexpected(url: url)
        }
        return overview
    }

    func throughput() async throws -> JSON { try await get("/throughput", []) }

    func schedule() async throws -> JSON { try await get("/schedule", []) }

    private func path(_ item: ItemReference) -> String { "/items/" + Self.escaped(item.id) }

    private func get(_ path: String, _ query: [(name: String, value: String)]) async throws -> JSON {
        try JSON(parsing: try await send(HTTPClientRequest(url: address(path, query))))
    }

    private func post(
        _ path: String,
        _ query: [(name: String, value: String)],
        body: JSON?
    ) async throws -> JSON {
        var request = HTTPClientRequest(url: address(path, query))
        request.method = .POST
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: body.text))
        }
        return try JSON(parsing: try await send(request))
    }

    private func send(_ request: HTTPClientRequest) async throws -> [UInt8] {
        var request = request
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        let status: UInt
        let body: [UInt8]
        do {
            let response = try await client.execute(request, timeout: .seconds(60))
            status = response.status.code
            body = Array(buffer: try await response.body.collect(upTo: 64 * 1_024 * 1_024))
        } catch let error as CancellationError {
            throw error
        } catch {
            throw RemoteError.unreachable(url: url, error)
        }
        guard status < 300 else { throw RemoteError(status: status, body: body, url: url) }
        return body
    }

    private func address(_ path: String, _ query: [(name: String, value: String)]) -> String {
        guard !query.isEmpty else { return url + path }
        return url + path + "?" + query.map { "\($0.name)=\(Self.escaped($0.value))" }.joined(separator: "&")
    }

    private static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(
            withAllowedCharacters: .alphanumerics.intersection(.ascii).union(.init(charactersIn: "-._~"))
        )
            ?? text
    }
}

extension CharacterSet {
    fileprivate static let ascii = CharacterSet(charactersIn: "\u{0}"..."\u{7F}")
}

extension ItemReference {
    fileprivate var query: [(name: String, value: String)] { machine.map { [("stateMachine", $0)] } ?? [] }
}

extension ConnectFailure {
    /// What an error of the HTTP client stands for.
    fileprivate init(ofRequest error: any Error) {
        guard let error = error as? HTTPClientError else {
            self.init(error)
            return
        }
        let slow: [HTTPClientError] = [
            .connectTimeout, .readTimeout, .writeTimeout, .deadlineExceeded, .tlsHandshakeTimeout,
        ]
        if error == .remoteConnectionClosed {
            self = .closed
        } else {
            self = slow.contains(error) ? .timedOut : .other(error.shortDescription.lowercased())
        }
    }
}

/// An ingest that refused, or did not answer.
struct RemoteError: Error, CustomStringConvertible {
    /// The HTTP status; `nil` where there was no answer.
    var status: UInt?
    /// The error's code, as `docs/http-api.md` lists them.
    var code: String
    var description: String
    /// Whether something else than an ingest listens there, such as a worker.
    private(set) var isOfNoIngest = false

    /// What an ingest answered in place of what was asked for.
    init(status: UInt, body: [UInt8], url: String) {
        let object = (try? JSON(parsing: body))?.objectValue
        self.status = status
        code = object?["code"]?.stringValue ?? "HTTP \(status)"
        let message = object?["message"]?.stringValue ?? "\(url) answered \(status)"
        isOfNoIngest = status == 404 && (object?["code"] == nil || code == "NoSuchRoute")
        description =
            if isOfNoIngest {
                "\(url) is not an ingest (a worker's metrics port, perhaps): correct host and port in \(Setting.url.name)"
            } else if status == 401 {
                "\(message); set \(Setting.token.name) to one of the tokens that this ingest knows"
            } else {
                message
            }
    }

    private init(code: String, description: String) {
        self.code = code
        self.description = description
    }

    /// An ingest that cannot be reached, or that broke off.
    static func unreachable(url: String, _ error: any Error) -> RemoteError {
        RemoteError(code: "Unreachable", description: "\(url) cannot be reached: \(advice(on: error, url: url))")
    }

    /// What is wrong, and what to change.
    private static func advice(on error: any Error, url: String) -> String {
        let setting = Setting.url.name
        switch ConnectFailure(ofRequest: error) {
        case .unknownHost: return "its host name cannot be resolved; correct it in \(setting)"
        case .refused, .noSocket:
            return "nothing listens there; start an ingest, or correct host and port in \(setting)"
        case .timedOut: return "no answer came in time; look at the ingest's log, or correct \(setting)"
        case .closed where url.hasPrefix("http://"):
            return "the connection was closed before the answer; if it serves HTTPS, say https:// in \(setting)"
        case .closed: return "the connection was closed before the answer; look at the ingest's log"
        case .notTLS: return "it does not serve HTTPS; say http:// in \(setting)"
        case .untrusted:
            return
                "no trusted authority vouches for its certificate, or it has expired; name the file of the one that"
                + " does in \(Setting.urlCA.name)"
        case .wrongName: return "its certificate is for another name; use one of its names in \(setting)"
        case .certificateWanted: return "it refuses connections without a client's certificate, which no ingest does"
        case .other(let words): return "\(words); look at \(setting)"
        }
    }

    /// An answer that no ingest gives.
    static func unexpected(url: String) -> RemoteError {
        RemoteError(code: "UnexpectedAnswer", description: "\(url) gave an answer that no ingest of this version gives")
    }

    /// Whether the same request may succeed a moment later.
    var isPassing: Bool { status == nil || status == 503 }
}
