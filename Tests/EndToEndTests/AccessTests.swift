import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import RedisTestServer
import StatesLanguage
import Testing

/// Who may do what at an ingest with credentials, and that one without them is not to be reached.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct AccessTests {
    /// One request and what is answered: status, `code` or `__type`, and the challenge.
    private struct Reply: Equatable, CustomStringConvertible {
        var status: UInt
        var code: String?
        var challenge: String?
        var description: String { "\(status) \(code ?? "-") \(challenge ?? "-")" }
    }

    private func ask(
        _ stack: Stack,
        _ method: HTTPMethod,
        _ path: String,
        _ authorization: String? = nil,
        target: String? = nil,
        body: String? = nil
    ) async throws -> Reply {
        var request = HTTPClientRequest(url: stack.url + path)
        request.method = method
        if let authorization { request.headers.add(name: "Authorization", value: authorization) }
        if let target { request.headers.add(name: "X-Amz-Target", value: target) }
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        let bytes = Array(buffer: try await response.body.collect(upTo: 1 << 20))
        let object = bytes.isEmpty ? nil : try JSON(parsing: bytes).objectValue
        return Reply(
            status: response.status.code,
            code: (object?["code"] ?? object?["__type"])?.stringValue,
            challenge: response.headers.first(name: "WWW-Authenticate")
        )
    }

    @Test("Bearer tokens: each route wants its right, and an unknown caller learns nothing but 401")
    func tokens() async throws {
        let folder = try CredentialFolder()
        let starter = "Bearer " + (try await folder.addToken("starter", rights: "start"))
        let reader = "bearer " + (try await folder.addToken("reader", rights: "read"))
        let manager = "Bearer " + (try await folder.addToken("manager", rights: "manage"))
        try await Stack.with(environment: folder.environment) { stack async throws in
            let missing = Reply(status: 401, code: "Unauthenticated", challenge: #"Bearer realm="waitable""#)
            let unknown = Reply(
                status: 401,
                code: "Unauthenticated",
                challenge: #"Bearer realm="waitable", error="invalid_token""#
            )
            func forbidden(_ right: String) -> Reply {
                let challenge = #"Bearer realm="waitable", error="insufficient_scope", scope="\#(right)""#
                return Reply(status: 403, code: "NotAllowed", challenge: challenge)
            }
            for path in ["/", "/healthz", "/readyz"] {
                #expect(try await ask(stack, .GET, path) == Reply(status: 200))
                #expect(try await ask(stack, .GET, path, "Bearer wrong") == Reply(status: 200))
            }
            let closed: [(HTTPMethod, String)] = [
                (.GET, "/status"), (.GET, "/status/x"), (.GET, "/overview"), (.POST, "/"), (.DELETE, "/"),
                (.GET, "/no/such/route"), (.DELETE, "/status"), (.POST, "/healthz"),
            ]
            for (method, path) in closed {
                #expect(try await ask(stack, method, path) == missing, "\(method) \(path)")
                #expect(try await ask(stack, method, path, "Basic dXNlcjpwYXNz") == missing, "\(method) \(path)")
                #expect(try await ask(stack, method, path, "Bearer") == missing, "\(method) \(path)")
                #expect(try await ask(stack, method, path, starter + "x") == unknown, "\(method) \(path)")
            }
            let item = #"{"Id":"order-1","StartTimestamp":"2036-01-01T00:00:00Z"}"#
            #expect(try await ask(stack, .POST, "/", reader, body: item) == forbidden("start"))
            #expect(try await ask(stack, .POST, "/", manager, body: item) == forbidden("start"))
            #expect(try await stack.dueCount() == 0)
            #expect(try await ask(stack, .POST, "/", starter, body: item) == Reply(status: 200))
            for path in ["/status", "/status/order-1", "/overview"] {
                #expect(try await ask(stack, .GET, path, reader) == Reply(status: 200))
                #expect(try await ask(stack, .GET, path, starter) == forbidden("read"))
            }
            #expect(try await ask(stack, .HEAD, "/status", reader) == Reply(status: 200))
            #expect(try await ask(stack, .GET, "/no/such/route", reader) == Reply(status: 404, code: "NoSuchRoute"))
            #expect(try await ask(stack, .DELETE, "/status", reader) == Reply(status: 405, code: "MethodNotAllowed"))

            func operation(_ name: String, _ authorization: String?, _ body: String = "{}") async throws -> Reply {
                try await ask(stack, .POST, "/", authorization, target: "AWSStepFunctions.\(name)", body: body)
            }
            let denied = Reply(status: 400, code: "AccessDeniedException")
            #expect(
                try await operation("StartExecution", nil)
                    == Reply(status: 400, code: "MissingAuthenticationTokenException")
            )
            #expect(
                try await operation("StartExecution", "Bearer no")
                    == Reply(status: 400, code: "UnrecognizedClientException")
            )
            #expect(try await operation("StartExecution", reader) == denied)
            #expect(try await operation("StartExecution", starter) == Reply(status: 400, code: "ValidationException"))
            #expect(try await operation("DescribeExecution", starter) == denied)
            let arn = "arn:aws:states:us-east-1:000000000000:execution:waitable-stepfunction:order-1"
            let named = #"{"executionArn":"\#(arn)"}"#
            #expect(try await operation("DescribeExecution", reader, named) == Reply(status: 200))
            #expect(try await operation("StopExecution", reader, named) == denied)
            #expect(try await operation("StopExecution", manager, named) == Reply(status: 200))
            #expect(try await operation("Unheard", reader) == denied)
            #expect(
                try await operation("Unheard", manager) == Reply(status: 400, code: "UnknownOperationException")
            )
            #expect(stack.ingest.output.contains("management request"))
            for secret in [starter, reader, manager] {
                #expect(!stack.ingest.output.contains(secret.dropFirst("Bearer ".count)))
            }
        }
    }

    @Test("A changed file counts at once; an unusable one leaves the earlier credentials")
    func reload() async throws {
        let folder = try CredentialFolder()
        let first = "Bearer " + (try await folder.addToken("first", rights: "read"))
        try await Stack.with(environment: ["WAITABLE_TOKENS_FILE": folder.tokens.path]) { stack in
            #expect(try await ask(stack, .GET, "/status", first).status == 200)
            let second = "Bearer " + (try await folder.addToken("second", rights: "read"))
            try await eventually("the second token is known") {
                try await ask(stack, .GET, "/status", second).status == 200
            }
            let good = try folder.text(of: folder.tokens)
            try folder.write("second read\n", to: folder.tokens, mode: 0o644)
            try await eventually("it is complained about") {
                stack.ingest.output.contains("line 1: must have three words: name, rights and value")
            }
            #expect(try await ask(stack, .GET, "/status", second).status == 200)
            try folder.write(
                good.split(separator: "\n").filter { !$0.hasPrefix("first ") }.joined(separator: "\n"),
                to: folder.tokens,
                mode: 0o644
            )
            try await eventually("the first token is known no more") {
                try await ask(stack, .GET, "/status", first).status == 401
            }
            #expect(try await ask(stack, .GET, "/status", second).status == 200)
            try FileManager.default.removeItem(at: folder.tokens)
            try await eventually("it is complained about") { stack.ingest.output.contains("No such file") }
            #expect(try await ask(stack, .GET, "/status", second).status == 200)
        }
    }

    @Test("boto3 and the AWS CLI authenticate as they are used to, and are refused as by AWS")
    func signatures() async throws {
        let folder = try CredentialFolder()
        let starter = try await folder.addAccessKey(rights: "start")
        let reader = try await folder.addAccessKey(rights: "read")
        try await Stack.with(environment: ["WAITABLE_ACCESS_KEYS_FILE": folder.accessKeys.path]) { stack in
            let script = "python3 Tests/EndToEndTests/Support/signed_calls.py"
            let output = try await ConsoleSession.shell(
                "\(script) \(stack.url) \(starter.id) \(starter.secret) \(reader.id) \(reader.secret)",
                environment: [:]
            )
            let cases = try #require((try? JSON(parsing: output))?.objectValue, "\(output)")
            let mismatch = "400 InvalidSignatureException: The request signature we calculated does not match"
            let unknown = "400 UnrecognizedClientException: The security token included in the request is invalid."
            let expected = [
                ("right", "ok"), ("right, again", "ok"), ("4 minutes ago", "ok"), ("in 4 minutes", "ok"),
                ("6 minutes ago", "400 InvalidSignatureException: Signature expired: "),
                ("in 6 minutes", "400 InvalidSignatureException: Signature not yet current: "),
                ("wrong secret", mismatch), ("unknown key", unknown),
                ("unsigned", "400 MissingAuthenticationTokenException: Missing Authentication Token"),
                ("session token", unknown),
                (
                    "other region",
                    "400 InvalidSignatureException: Credential should be scoped to a valid region, not 'eu-west-1'. "
                ),
                ("other body", mismatch), ("other operation", mismatch),
                (
                    "unsigned header",
                    "400 InvalidSignatureException: There were headers present in the request which were not signed"
                ),
                (
                    "start with a right to read",
                    "400 AccessDeniedException: User: arn:aws:iam::000000000000:user/\(reader.id) is not authorized to "
                        + "perform: states:StartExecution"
                ),
                ("read with a right to read", "RUNNING"),
                ("read with a right to start", "400 AccessDeniedException: "),
                ("nothing was started", "400 ExecutionDoesNotExist: "),
            ]
            #expect(cases.count == expected.count)
            for (name, answer) in expected {
                #expect(cases[name]?.stringValue?.hasPrefix(answer) == true, "\(name): \(cases[name]?.text ?? "-")")
            }
            func cli(_ secret: String) async throws -> String {
                let machine = "arn:aws:states:us-east-1:000000000000:stateMachine:waitable-stepfunction"
                return try await ConsoleSession.shell(
                    "aws stepfunctions start-execution --endpoint-url \(stack.url) --state-machine-arn \(machine) "
                        + #"--name by-cli --input '{"Id":"by-cli","StartTimestamp":"2036-01-01T00:00:00Z"}' "#
                        + "--query executionArn --output text",
                    environment: [
                        "AWS_ACCESS_KEY_ID": starter.id, "AWS_SECRET_ACCESS_KEY": secret, "AWS_REGION": "us-east-1",
                        "AWS_DEFAULT_REGION": "us-east-1", "AWS_PAGER": "",
                    ]
                )
            }
            #expect(try await cli(starter.secret).hasSuffix(":waitable-stepfunction:by-cli"))
            #expect(try await cli(reader.secret).contains("(InvalidSignatureException) when calling the Start"))
            #expect(try await stack.dueCount() == 4)
        }
    }

    @Test(
        "Ingest does not listen on a network without credentials, unless it is told to in words",
        arguments: ["0.0.0.0", "::", "192.168.0.1", "127.evil.example", "example.com"]
    )
    func loopback(host: String) async throws {
        let (code, output) = try await Program.run("ingest", environment: ["WAITABLE_HOST": host])
        #expect(code == 78)
        #expect(
            output == """
                waitable: WAITABLE_HOST (--host): must be 127.0.0.1, ::1 or localhost while no credentials are configured; \
                set WAITABLE_TOKENS_FILE or WAITABLE_ACCESS_KEYS_FILE, or say WAITABLE_INSECURE=anyone-may-start-and-stop: \
                '\(host)'

                """
        )
    }

    @Test("Nor do the metrics of a worker")
    func workerMetrics() async throws {
        let environment = ["WAITABLE_METRICS_HOST": "0.0.0.0", "WAITABLE_METRICS_PORT": "0"]
        let (code, output) = try await Program.run("worker", environment: environment)
        #expect(code == 78)
        #expect(
            output.hasPrefix("waitable: WAITABLE_METRICS_HOST (--metrics-host): must be 127.0.0.1, ::1 or localhost")
        )
    }

    @Test("The words let it listen; other words do not")
    func words() async throws {
        let (code, output) = try await Program.run(
            "ingest",
            environment: ["WAITABLE_HOST": "0.0.0.0", "WAITABLE_INSECURE": "yes"]
        )
        #expect(code == 78)
        #expect(
            output == """
                waitable: WAITABLE_INSECURE (--insecure): must be left out, or be the words anyone-may-start-and-stop: 'yes'

                """
        )
        let words = ["WAITABLE_HOST": "0.0.0.0", "WAITABLE_INSECURE": "anyone-may-start-and-stop"]
        try await Stack.with(environment: words) { stack async throws in
            #expect(try await ask(stack, .GET, "/status") == Reply(status: 200))
            #expect(stack.ingest.output.contains("no credentials are configured: anyone who can connect may do"))
        }
        let folder = try CredentialFolder()
        let environment = folder.environment.merging(["WAITABLE_HOST": "0.0.0.0"]) { $1 }
        try await Stack.with(environment: environment) { stack async throws in
            #expect(try await ask(stack, .GET, "/status").status == 401)
            #expect(stack.ingest.output.contains("credentials travel in clear"))
        }
    }

    @Test("Files of credentials that cannot be used are named by setting, rule and path, at the start")
    func badFiles() async throws {
        let folder = try CredentialFolder()
        let secret = String(repeating: "s", count: 40)
        let cases: [(setting: String, text: String?, mode: Int, message: String)] = [
            ("TOKENS", nil, 0o644, "must be a file that can be read (No such file or directory)"),
            ("TOKENS", "a start token", 0o644, "line 1: the value must be sha256: and the 64 hexadecimal digits"),
            ("TOKENS", "", 0o666, "must be writable by its owner alone (chmod 644), and has mode 666"),
            ("ACCESS_KEYS", "AKID start \(secret)", 0o644, "must be readable by its owner alone (chmod 600)"),
            ("ACCESS_KEYS", "AKID write \(secret)", 0o600, "line 1: the rights must be one or more of start, read and"),
        ]
        for (setting, text, mode, message) in cases {
            let file = folder.path("bad")
            try? FileManager.default.removeItem(at: file)
            if let text { try folder.write(text, to: file, mode: mode) }
            let (code, output) = try await Program.run("ingest", environment: ["WAITABLE_\(setting)_FILE": file.path])
            #expect(code == 78)
            #expect(output.hasPrefix("waitable: WAITABLE_\(setting)_FILE (--"), "\(output)")
            #expect(output.contains("_FILE (--\(setting.lowercased().replacing("_", with: "-"))-file): \(message)"))
            #expect(output.hasSuffix("'\(file.path)'\n"))
            #expect(!output.contains(secret))
        }
    }
}
