import Foundation
import StatesLanguage
import Testing
import WaitableRedis

extension Stack {
    /// Runs a test with an ingest and some workers, which have to end well.
    static func with(
        workers count: Int,
        environment: [String: String] = [:],
        _ body: @Sendable (Stack) async throws -> Void
    ) async throws {
        try await with { stack in
            let workers = try (0..<count).map { _ in try stack.worker(environment) }
            try await eventually("the workers are there") {
                try await stack.integer("ZCARD", stack.store.keys.workers) == count
            }
            try await body(stack)
            for worker in workers {
                worker.signal(SIGTERM)
                #expect(try await worker.end() == 0)
            }
        }
    }

    private static let role: JSON = "arn:aws:iam::000000000000:role/any"

    /// Creates a state machine.
    ///
    /// - Returns: Its ARN.
    func create(_ name: String, _ definition: String, type: String = "STANDARD") async throws -> String {
        let body: JSONObject = [
            "name": .string(name), "definition": .string(definition), "roleArn": Self.role, "type": .string(type),
        ]
        let answer = try await call("CreateStateMachine", body)
        return try #require(answer.json.objectValue?["stateMachineArn"]?.stringValue, "\(answer.json.text)")
    }

    /// Starts an execution.
    ///
    /// - Returns: Its ARN.
    func start(_ machine: String, _ input: String = "{}", name: String? = nil) async throws -> String {
        var body: JSONObject = ["stateMachineArn": .string(machine), "input": .string(input)]
        body["name"] = name.map(JSON.string)
        let answer = try await call("StartExecution", body)
        return try #require(answer.json.objectValue?["executionArn"]?.stringValue, "\(answer.json.text)")
    }

    /// An execution's description once it has closed.
    func closed(_ execution: String) async throws -> JSONObject {
        while true {
            let answer = try await call("DescribeExecution", ["executionArn": .string(execution)]).json
            let description = try #require(answer.objectValue)
            if description["status"] != "RUNNING" { return description }
            // Only a pace: the end of the execution is what is waited for.
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// The types of an execution's events.
    func events(_ execution: String) async throws -> [String] {
        let answer = try await call("GetExecutionHistory", ["executionArn": .string(execution)]).json
        return try #require(answer.objectValue?["events"]?.arrayValue).compactMap {
            $0.objectValue?["type"]?.stringValue
        }
    }
}
