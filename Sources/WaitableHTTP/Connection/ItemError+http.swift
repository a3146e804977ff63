import HTTPTypes
import NIOCore
import NIOHTTP1
import Waitable

extension ItemError {
    /// What is wrong with the head of a request, by the rules of HTTP; `nil` for a good one.
    init?(headOf request: HTTPRequestHead) {
        let hosts = request.headers["Host"]
        if hosts.count > 1 || hosts.isEmpty && !request.isOld {
            self.init(.badRequest, "Host", "must be there once", hosts.joined(separator: ", "))
        } else if let host = hosts.first, !host.utf8.allSatisfy(Self.isOfHost) {
            self.init(.badRequest, "Host", "must be one name or address, with a port or without", host)
        } else if !request.isOld,
            let expectation = request.headers["Expect"].first(where: { $0.lowercased() != "100-continue" })
        {
            self.init(.expectationFailed, "Expect", "must be 100-continue", expectation)
        } else {
            return nil
        }
    }

    /// Why what came cannot be read as a request: the rule of HTTP that it breaks.
    init(_ error: HTTPParserError) {
        switch error {
        case .invalidEOFState:
            self.init(.badRequest, "request", "must be whole, but the connection ended in it")
        case .headerOverflow:
            let bytes = ConnectionLimits().headBytes
            self.init(.requestHeaderFieldsTooLarge, "header", "must have at most \(bytes) bytes and 1000 fields")
        case .invalidVersion:
            self.init(.httpVersionNotSupported, "version", "must be HTTP/1.1 or HTTP/1.0")
        case .invalidMethod:
            self.init(.badRequest, "method", "must be one of HTTP, in capitals")
        case .invalidURL:
            self.init(.badRequest, "path", "must begin with / and be printable ASCII; other bytes are percent-encoded")
        case .invalidHeaderToken:
            self.init(.badRequest, "header", "must have lines of a name, a colon right behind it and a value")
        case .invalidContentLength:
            self.init(.badRequest, "Content-Length", "must be a number of bytes")
        case .unexpectedContentLength:
            self.init(.badRequest, "Content-Length", "must be there once, and not beside Transfer-Encoding")
        case .invalidChunkSize:
            self.init(.badRequest, "body", "must have chunks that begin with their size as a hexadecimal number")
        case .closedConnection:
            self.init(.badRequest, "request", "must not follow one with Connection: close")
        default:
            self.init(.badRequest, "request", "must follow the grammar of HTTP/1.1")
        }
    }

    /// The head of a request that does not come whole.
    static let headTooSlow: ItemError = {
        let seconds = ConnectionLimits().headTime.nanoseconds / 1_000_000_000
        var error = ItemError(.requestTimeout, "header", "must come whole within \(seconds) seconds")
        error.code = "HeadTooSlow"
        return error
    }()

    private init(_ status: HTTPResponse.Status, _ field: String, _ rule: String, _ value: String? = nil) {
        self.init(FieldError(field: field, rule: rule, value: value))
        self.status = status
        code = "BadRequest"
    }

    /// What a host and its port may have (RFC 3986), without the comma that joins two fields.
    private static func isOfHost(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~%!$&'()*+;=:[]".utf8.contains(byte)
        }
    }
}

extension HTTPRequestHead {
    /// Whether the client speaks HTTP/1.0: it knows neither chunks nor `100 Continue`, and need not name a host.
    var isOld: Bool { version.major == 1 && version.minor == 0 }

    /// Whether the parser takes nothing behind it: the client would go on in another protocol, which nobody here speaks.
    var endsParsing: Bool {
        guard method != .CONNECT else { return true }
        let options = headers[canonicalForm: "Connection"]
        return headers.contains(name: "Upgrade") && options.contains { $0.lowercased() == "upgrade" }
    }

    /// Whether it asks how the process is.
    var isProbe: Bool { ["/healthz", "/readyz"].contains { uri == $0 || uri.hasPrefix($0 + "?") } }
}
