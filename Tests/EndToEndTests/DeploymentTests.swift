import Foundation
import RedisClient
import RedisTestServer
import StatesLanguage
import Testing
import Waitable
import WaitableRedis

/// What ingest deploys at its start, and what it leaves as it is.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct DeploymentTests {
    private static let item = #"{"StartTimestamp":"2026-01-01T00:00:00Z"}"#
    private static let standard = "waitable-stepfunction"

    private static func definition(_ comment: String) -> String {
        #"{"Comment":"\#(comment)","StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}"#
    }

    /// An empty folder of a test, with a folder of state machines in it where there are files.
    private final class Folder: Sendable {
        let url: URL
        var machines: URL { url.appending(path: "machines") }

        init(_ files: [String: String] = [:]) throws {
            url = FileManager.default.temporaryDirectory.appending(path: "waitable-deployment-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
            for (name, text) in files { try write(name, text) }
        }

        func remove() { try? FileManager.default.removeItem(at: url) }

        func write(_ name: String, _ text: String) throws {
            try FileManager.default.createDirectory(at: machines, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: machines.appending(path: "\(name).asl.json"))
        }
    }

    /// Runs something with a second ingest, which is ended after it.
    private func withIngest(
        _ stack: Stack,
        in folder: URL = Program.root,
        _ environment: [String: String] = [:],
        isReady: Bool = true,
        _ body: (Program) async throws -> Void = { _ in }
    ) async throws {
        let port = try RedisTestServer.freePort()
        let own = stack.environment.merging(["WAITABLE_PORT": "\(port)"]) { $1 }
        let ingest = try Program(["ingest"], environment: own.merging(environment) { $1 }, in: folder)
        try await eventually("ingest has deployed") {
            try #require(ingest.process.isRunning, "\(ingest.output)")
            let words = "curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:\(port)/readyz"
            let status = try await ConsoleSession.shell(words, environment: [:])
            return isReady ? status == "200" : ingest.output.contains("no default state machine is deployed")
        }
        try await body(ingest)
        ingest.signal(SIGTERM)
        #expect(try await ingest.end() == 0)
    }

    private func revision(_ stack: Stack, _ name: String) async throws -> String? {
        try await stack.store.machine(name)?.revision
    }

    @Test("Without a folder ingest has the sample's machine, the one of the repository", arguments: [false, true])
    func sample(hasSubstitutions: Bool) async throws {
        let folder = try Folder()
        defer { folder.remove() }
        try await Stack.with { stack in
            let deployed = try #require(try await revision(stack, Self.standard))
            _ = try await stack.store.client.send(RedisCommand("FLUSHDB"))
            let environment = hasSubstitutions ? ["WAITABLE_SUBSTITUTIONS": "Other=x"] : [:]
            stack.ingest.signal(SIGSTOP)
            try await withIngest(stack, in: folder.url, environment) { _ async throws in
                #expect(try await revision(stack, Self.standard) == deployed)
                #expect(try await stack.store.defaultMachine() == Self.standard)
            }
            stack.ingest.signal(SIGCONT)
        }
        let missing = try await Program.run("ingest", "--statemachines", "/none")
        #expect(missing.0 == 78)
    }

    @Test("The sample's machine takes the place of none that is deployed under its name")
    func sampleBesideDeployed() async throws {
        let folder = try Folder([Self.standard: Self.definition("own")])
        let empty = try Folder()
        defer {
            folder.remove()
            empty.remove()
        }
        try await Stack.with(environment: ["WAITABLE_STATEMACHINES": folder.machines.path]) { stack in
            let own = try #require(try await revision(stack, Self.standard))
            for _ in 0..<2 {
                try await withIngest(stack, in: empty.url) { ingest async throws in
                    #expect(try await revision(stack, Self.standard) == own)
                    #expect(
                        ingest.output.contains("the built-in state machine does not replace the one that is deployed")
                    )
                    #expect(!ingest.output.contains("state machine deployed"))
                }
            }
            // By the API, too.
            let arn = JSON.string("arn:aws:states:us-east-1:000000000000:stateMachine:\(Self.standard)")
            let update: JSONObject = ["stateMachineArn": arn, "definition": .string(Self.definition("by API"))]
            #expect(try await stack.call("UpdateStateMachine", update).status == 200)
            let updated = try #require(try await revision(stack, Self.standard))
            #expect(updated != own)
            try await withIngest(stack, in: empty.url) { _ async throws in
                #expect(try await revision(stack, Self.standard) == updated)
            }
        }
    }

    @Test("A folder takes the place of the sample's machine; without a default one, log and doctor say so")
    func folder() async throws {
        let folder = try Folder(["a": Self.definition("1")])
        defer { folder.remove() }
        let environment = ["WAITABLE_STATEMACHINES": folder.machines.path]
        let redis = try RedisTestServer()
        let port = try RedisTestServer.freePort()
        let own = ["WAITABLE_REDIS_URL": redis.url, "WAITABLE_PORT": "\(port)"]
        let ingest = try Program(["ingest"], environment: own.merging(environment) { $1 })
        try await eventually("it says so") {
            ingest.output.contains("no default state machine is deployed: starts that name none are refused")
        }
        let list = try await Program.run("state-machines", environment: own)
        #expect(list.1.contains("\na "))
        #expect(!list.1.contains(Self.standard))
        #expect(try await Program.run("doctor", environment: own).1.contains("no-default-machine"))
        let file = "statemachine/\(Self.standard).asl.json"
        let other = try await Program.run(
            "deploy",
            file,
            "--name",
            "b",
            "--substitute",
            "DDBTable=items",
            environment: own
        )
        #expect(other.0 == 0)
        #expect(other.1.contains("there is no default state machine"))
        // The name of the default machine is enough.
        let deployed = try await Program.run("deploy", file, "--substitute", "DDBTable=items", environment: own)
        #expect(deployed.0 == 0)
        #expect(!deployed.1.contains("there is no default state machine"))
        let started = try await Program.run("start", "--at", "2036-01-01T00:00:00Z", environment: own)
        #expect(started.0 == 0, "\(started.1)")
        #expect(!(try await Program.run("doctor", environment: own).1.contains("no-default-machine")))
        ingest.signal(SIGTERM)
        #expect(try await ingest.end() == 0)
    }

    @Test("What is deployed by the API under the default machine's name becomes it, while ingest runs")
    func byAPI() async throws {
        let folder = try Folder(["a": Self.definition("1")])
        defer { folder.remove() }
        let redis = try RedisTestServer()
        let port = try RedisTestServer.freePort()
        let ingest = try Program(
            ["ingest"],
            environment: [
                "WAITABLE_REDIS_URL": redis.url, "WAITABLE_PORT": "\(port)",
                "WAITABLE_STATEMACHINES": folder.machines.path, "WAITABLE_DEFAULT_MACHINE": "b",
            ]
        )
        try await eventually("it has deployed") { ingest.output.contains("no default state machine is deployed") }
        let url = "http://127.0.0.1:\(port)"
        let call = """
            curl -s \(url) -H 'X-Amz-Target: AWSStepFunctions.CreateStateMachine' -d '{"name":"b","definition":\
            \(JSON.string(Self.definition("b")).text),"roleArn":"arn:aws:iam::000000000000:role/any"}'
            """
        #expect(try await ConsoleSession.shell(call, environment: [:]).contains("stateMachine:b"))
        let start = "curl -s -o /dev/null -w '%{http_code}' \(url)/ -d '\(Self.item)'"
        try await eventually("a start that names none is taken") {
            try await ConsoleSession.shell(start, environment: [:]) == "200"
        }
        ingest.signal(SIGTERM)
        #expect(try await ingest.end() == 0)
    }

    @Test("What was changed or deleted since stays when ingest starts again; a file that has changed is deployed")
    func restarted() async throws {
        try await Stack.with { stack in
            let folder = try Folder(["a": Self.definition("1"), "b": Self.definition("1")])
            defer { folder.remove() }
            let environment = ["WAITABLE_STATEMACHINES": folder.machines.path]
            try await withIngest(stack, environment)
            let arn = { (name: String) in JSON.string("arn:aws:states:us-east-1:000000000000:stateMachine:\(name)") }
            let first = try #require(try await revision(stack, "a"))
            let update: JSONObject = ["stateMachineArn": arn("a"), "definition": .string(Self.definition("2"))]
            #expect(try await stack.call("UpdateStateMachine", update).status == 200)
            #expect(try await stack.call("DeleteStateMachine", ["stateMachineArn": arn("b")]).status == 200)
            let second = try #require(try await revision(stack, "a"))
            #expect(second != first)
            for _ in 0..<2 {
                try await withIngest(stack, environment) { ingest async throws in
                    #expect(try await revision(stack, "a") == second)
                    #expect(try await revision(stack, "b") == nil)
                    #expect(
                        ingest.output.contains(
                            "machine=a revision=\(second) the folder's state machine has not changed"
                        )
                    )
                    #expect(!ingest.output.contains("state machine deployed"))
                }
            }
            try folder.write("a", Self.definition("3"))
            try folder.write("b", Self.definition("3"))
            try await withIngest(stack, environment) { ingest async throws in
                #expect(![first, second, nil].contains(try await revision(stack, "a")))
                #expect(try await revision(stack, "b") != nil)
                #expect(ingest.output.components(separatedBy: "state machine deployed").count == 3)
            }
            // Back to a text that was deployed long ago: it has changed, too.
            try folder.write("a", Self.definition("1"))
            try await withIngest(stack, environment) { _ async throws in
                #expect(try await revision(stack, "a") == first)
            }
            let (code, output) = try await Program.run("doctor", "--json", environment: stack.environment)
            // It says that this Redis keeps nothing on disk.
            #expect(code == 1)
            #expect(output.contains(#""counts":{"error":0,"warning":1,"#), "\(output)")
        }
    }

    @Test("What an operator made the default machine stays so; the setting counts where it is new")
    func defaultMachine() async throws {
        try await Stack.with { stack in
            let folder = try Folder(["a": Self.definition("1"), "b": Self.definition("1")])
            defer { folder.remove() }
            let environment = ["WAITABLE_STATEMACHINES": folder.machines.path]
            let expect = { @Sendable (name: String) async throws in
                #expect(try await stack.store.defaultMachine() == name)
            }
            try await withIngest(stack, environment)
            try await expect(Self.standard)
            let set = environment.merging(["WAITABLE_DEFAULT_MACHINE": "a"]) { $1 }
            try await withIngest(stack, set)
            try await expect("a")
            let file = folder.machines.appending(path: "b.asl.json").path
            #expect(try await Program.run("deploy", file, "--default", environment: stack.environment).0 == 0)
            try await expect("b")
            try await withIngest(stack, set)
            try await withIngest(stack, environment)
            try await expect("b")
            try await withIngest(stack, environment.merging(["WAITABLE_DEFAULT_MACHINE": Self.standard]) { $1 })
            try await expect(Self.standard)
        }
    }
}
