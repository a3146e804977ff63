import Foundation
import RedisClient
import RedisTestServer
import StatesLanguage
import Testing
import WaitableRedis

/// Bad input of every kind is answered by name of field, rule and value, and Redis is as it was before.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct BadInputTests {
    @Test("Bad requests get their exact errors, and change nothing")
    func requests() async throws {
        try await Self.withItem { stack in
            let digest = try await stack.digest()
            for requests in [
                BadRequest.starts, BadRequest.queries, BadRequest.management, BadRequest.stepFunctions,
                BadRequest.definitions,
            ] {
                for request in requests {
                    try await request.check(on: stack)
                    #expect(try await stack.digest() == digest, "\(request.testDescription) changed Redis")
                }
            }
        }
    }

    @Test("Bad lines of a batch get their exact errors, each its own, and change nothing")
    func lines() async throws {
        try await Self.withItem { stack in
            let digest = try await stack.digest()
            let starts = BadRequest.starts.filter { 1..<16_384 ~= $0.body.count }
            let client = BatchClient(stack)
            for start in starts { client.write(start.body + [UInt8(ascii: "\n")]) }
            client.end()
            for (index, start) in starts.enumerated() {
                var answer = try #require(try await client.answer())
                #expect(answer["line"] == .integer(Int64(index + 1)))
                #expect(answer["status"] == .integer(Int64(start.expected.status)), "\(start.testDescription)")
                for name in ["line", "status", "Id"] { answer[name] = nil }
                #expect(answer == start.expected.body, "\(start.testDescription)")
            }
            #expect(try await client.answer() == nil)
            #expect(try await stack.digest() == digest)
        }
    }

    @Test("Functions that are called with bad arguments refuse, and change nothing")
    func functions() async throws {
        try await Self.withItem { stack in
            let digest = try await stack.digest()
            for call in BadCall.all {
                var command = RedisCommand(name: "FCALL")
                for word in [call.function, "\(call.keys.count)"] + call.keys + call.arguments { command.append(word) }
                let error = await #expect(throws: RedisError.self, "\(call.testDescription)") {
                    _ = try await stack.store.client.send(command)
                }
                #expect(error?.server?.description == call.error, "\(call.testDescription)")
                #expect(try await stack.digest() == digest, "\(call.testDescription) changed Redis")
            }
        }
    }

    @Test("Settings that are none end the command with 78", arguments: BadCommand.settings)
    func setting(_ command: BadCommand) async throws {
        let program = try Program(command.arguments, environment: command.settings)
        #expect(try await program.end() == command.code)
        #expect(program.output == command.output)
    }

    @Test("Bad arguments end the command with their exact errors, and change nothing")
    func arguments() async throws {
        try await Self.withItem { stack in
            let digest = try await stack.digest()
            for command in BadCommand.arguments {
                let program = try Program(command.arguments, environment: stack.environment)
                #expect(try await program.end() == command.code, "\(command.testDescription)")
                #expect(program.output == command.output)
                #expect(try await stack.digest() == digest, "\(command.testDescription) changed Redis")
            }
        }
    }

    @Test("A key of another type refuses a start, alone and in a batch, and nothing of it is written")
    func wrongTypes() async throws {
        try await Self.withItem { stack in
            let item = #"{"Id":"x","StartTimestamp":"2036-12-24T18:00:00Z"}"#
            for wrong in WrongType.all {
                let key = wrong.command[1]
                let kept = try await stack.store.client.send(RedisCommand("DUMP", key)).bytes
                _ = try await stack.integer("DEL", key)
                var command = RedisCommand(name: wrong.command[0])
                for word in wrong.command.dropFirst() { command.append(word) }
                _ = try await stack.store.client.send(command)
                let digest = try await stack.digest()
                let answer = try await stack.post(item)
                #expect(answer.status == 500, "\(wrong.testDescription)")
                #expect(answer.json == .object(["code": "StoreError", "message": .string(wrong.message)]))
                let line = try #require(try await stack.batch(item).first)
                #expect(line["status"] == .integer(500))
                #expect(line["message"] == .string(wrong.message))
                #expect(try await stack.digest() == digest, "\(wrong.testDescription) changed Redis")
                _ = try await stack.integer("DEL", key)
                guard let kept else { continue }
                var restore = RedisCommand("RESTORE", key, "0")
                restore.append(kept)
                _ = try await stack.store.client.send(restore)
            }
            #expect(try await stack.post(item).status == 200)
        }
    }

    @Test("Files that are no definitions end validate and deploy with their exact errors")
    func definitionFiles() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "waitable-\(UUID().uuidString).asl.json")
        defer { try? FileManager.default.removeItem(at: file) }
        try await Self.withItem { stack in
            let digest = try await stack.digest()
            for (definition, problem) in [
                (
                    "{",
                    "INVALID_JSON_DESCRIPTION: Unexpected end-of-input: expected close marker for Object (start marker "
                        + #"at [Source: (String)"{"; line: 1, column: 1]) at [Source: (String)"{"; line: 1, column: 2]"#
                ),
                ("[]", "SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object at null"),
                (#"{"StartAt":"A"}"#, "SCHEMA_VALIDATION_FAILED: These fields are required: [States] at /"),
                (
                    #"{"StartAt":"A","States":{"A":{"Type":"Nope"}}}"#,
                    "SCHEMA_VALIDATION_FAILED: The value for the field 'Type' must be one of Pass, Task, Choice, Wait, "
                        + "Succeed, Fail, Parallel, Map: 'Nope' at /States/A/Type"
                ),
                (
                    #"{"StartAt":"B","States":{"A":{"Type":"Succeed"}}}"#,
                    "MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /StartAt, "
                        + #"MISSING_TRANSITION_TARGET: State "A" is not reachable. at /States/A"#
                ),
            ] {
                try Data(definition.utf8).write(to: file)
                for name in ["validate", "deploy"] {
                    let program = try Program([name, file.path], environment: stack.environment)
                    #expect(try await program.end() == 65)
                    #expect(program.output == "waitable: \(file.path): \(problem)\n")
                }
            }
            #expect(try await stack.digest() == digest)
        }
    }

    @Test("Members that were put into Redis by hand fail by name, and harm no others")
    func rawMembers() async throws {
        try await Self.withItem { stack in
            let client = stack.store.client
            for raw in RawMember.all {
                var due = RedisCommand("ZADD", "waitable:{0}:due", "1")
                due.append(raw.member)
                _ = try await client.send(due)
                guard let name = raw.command.first else { continue }
                var beside = RedisCommand(name: name)
                for word in raw.command.dropFirst() { beside.append(word) }
                _ = try await client.send(beside)
            }
            let start = #"{"Id":"good","StartTimestamp":"2036-12-24T18:00:00Z"}"#
            #expect(try await stack.post(start).status == 200)
            #expect(try await stack.post("", to: "/items/good/run-now").status == 200)
            let worker = try stack.worker(["WAITABLE_LEASE_MS": "500", "WAITABLE_POISON_LIMIT": "1"])
            // The item that waits is the only one that is left.
            try await eventually("all others are closed") { try await stack.dueCount() == 1 }
            for raw in RawMember.all {
                let answer = try await stack.get("/items?status=FAILED")
                let items = try #require(answer.json.objectValue?["items"]?.arrayValue)
                let item = items.first { $0.objectValue?["cause"]?.stringValue == raw.cause }?.objectValue
                #expect(item?["error"]?.stringValue == raw.error, "\(raw.cause)")
                if let id = raw.id { #expect(item?["Id"]?.stringValue == id) }
            }
            #expect(try await stack.get("/status/good").json.objectValue?["ProcessStatus"] == "COMPLETED")
            #expect(try await stack.get("/status/order-42").json.objectValue?["ProcessStatus"] == "STARTED")
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
        }
    }

    /// Runs a test with an ingest, and the item `order-42` that waits.
    private static func withItem(_ body: @Sendable (Stack) async throws -> Void) async throws {
        try await Stack.with(options: ["--enable-debug-command", "yes"]) { stack in
            let start = #"{"Id":"order-42","StartTimestamp":"2036-12-24T18:00:00Z"}"#
            #expect(try await stack.post(start).status == 200)
            try await body(stack)
        }
    }
}

extension Stack {
    /// A digest of everything in Redis.
    func digest() async throws -> String {
        try #require(try await store.client.send(RedisCommand("DEBUG", "DIGEST")).string)
    }
}
