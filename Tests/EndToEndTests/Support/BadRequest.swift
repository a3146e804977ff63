import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import StatesLanguage
import Testing

/// A request that a server has to refuse, and the refusal.
struct BadRequest: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var method: String
    var path: String
    var headers: KeyValuePairs<String, String>
    var body: [UInt8]
    var expected: Refusal

    init(
        _ title: String,
        method: String = "POST",
        path: String = "/",
        headers: KeyValuePairs<String, String> = [:],
        target: String? = nil,
        body: String = "",
        bytes: [UInt8]? = nil,
        expected: Refusal
    ) {
        testDescription = title
        self.method = method
        self.path = path
        self.headers = target.map { ["X-Amz-Target": "AWSStepFunctions.\($0)"] } ?? headers
        self.body = bytes ?? Array(body.utf8)
        self.expected = expected
    }

    /// Sends it, and checks the answer.
    func check(on stack: Stack) async throws {
        var request = HTTPClientRequest(url: stack.url + path)
        request.method = HTTPMethod(rawValue: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if method == "POST" || !body.isEmpty { request.body = .bytes(ByteBuffer(bytes: body)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        let answer = try JSON(parsing: Array(buffer: try await response.body.collect(upTo: 1_048_576)))
        #expect(response.status.code == expected.status, "\(testDescription)")
        #expect(answer == .object(expected.body), "\(testDescription)")
        #expect((response.status.code == 405) == !response.headers["Allow"].isEmpty, "\(testDescription)")
    }
}

/// What a refused request is answered.
struct Refusal: Sendable {
    var status: UInt
    var body: JSONObject

    /// A field that breaks a rule.
    static func field(_ field: String, _ rule: String, _ value: String? = nil) -> Refusal {
        let shown = value.map { ": '\($0)'" } ?? ""
        return error(400, "InvalidField", "\(field): \(rule)\(shown)", field: field, value: value)
    }

    /// Any other error of the items' API.
    static func error(
        _ status: UInt,
        _ code: String,
        _ message: String,
        field: String? = nil,
        value: String? = nil
    ) -> Refusal {
        var body: JSONObject = ["code": .string(code), "message": .string(message)]
        body["field"] = field.map(JSON.string)
        body["value"] = value.map(JSON.string)
        return Refusal(status: status, body: body)
    }

    /// An error of the Step Functions API.
    static func aws(_ type: String, _ message: String) -> Refusal {
        Refusal(status: 400, body: ["__type": .string(type), "message": .string(message)])
    }
}

/// Rules that many fields have.
enum Rule {
    static let instant = "must be an ISO 8601 instant with 'T' and an offset or 'Z', such as 2026-01-31T09:30:00Z"
    static let limit = "must be a whole number from 1 to 1000"
    static let page = "must be the nextToken of an earlier page"
}

/// A text of that many characters.
func long(_ count: Int) -> String { String(repeating: "a", count: count) }
/// Lists in one another.
func opening(_ count: Int) -> String { String(repeating: "[", count: count) }
func closing(_ count: Int) -> String { String(repeating: "]", count: count) }
