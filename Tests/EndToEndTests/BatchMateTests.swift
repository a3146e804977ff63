import Foundation
import RedisClient
import StatesLanguage
import Testing
import Waitable
import WaitableOperations
import WaitableRedis

/// What becomes of executions that are committed together, where Redis refuses the commit.
@Suite("Executions of one batch", .serialized, .timeLimit(.minutes(2)))
struct BatchMateTests {
    /// Waits until an instant, and then does something.
    private static func waiting(_ language: String, _ next: String) -> String {
        let field = language == "JSONata" ? #""Timestamp":"{% $states.input.at %}""# : #""TimestampPath":"$.at""#
        return
            #"{"QueryLanguage":"\#(language)","StartAt":"W","States":{"W":{"Type":"Wait",\#(field),"Next":"A"},\#(next)}}"#
    }

    private func set(_ stack: Stack, _ name: String, _ value: String) async throws {
        let reply = try await stack.store.client.send(RedisCommand("CONFIG", "SET", name, value))
        #expect(reply.string == "OK")
    }

    @Test(
        "One whose document Redis does not take fails alone: the commit is made in halves, and the others' leases stand"
    )
    func halves() async throws {
        try await Stack.with { stack in
            let first = try stack.worker()
            // 1.5 MB of variables, which are written again in the step at that instant.
            let large = (0..<6).map { number in
                #""A\#(number)":{"Type":"Pass","Assign":{"v\#(number)":"{% $pad('x',250000) %}"},"Next":"A\#(number + 1)"}"#
            }
            let culprit = try await stack.create(
                "large",
                #"{"QueryLanguage":"JSONata","StartAt":"A0","States":{"# + large.joined(separator: ",")
                    + #","A6":{"Type":"Wait","Timestamp":"{% $states.context.Execution.Input.at %}","Next":"B"},"#
                    + #""B":{"Type":"Wait","Seconds":3600,"End":true}}}"#
            )
            let small = try await stack.create("a", Self.waiting("JSONPath", #""A":{"Type":"Succeed"}"#))
            let at = try await stack.now().adding(milliseconds: 3_000).iso8601
            let input = #"{"at":"\#(at)"}"#
            let key = ExecutionKey(machine: "large", name: "culprit")
            _ = try await stack.start(culprit, input, name: key.name)
            let executions = stack.store(of: key.name).keys.executions
            try await eventually("its document is large") {
                try await stack.integer("HSTRLEN", executions, key.member) > 1_200_000
            }
            var mates: [String] = []
            for number in 0..<4 { mates.append(try await stack.start(small, input, name: "mate-\(number)")) }
            first.signal(SIGTERM)
            #expect(try await first.end() == 0)
            try await set(stack, "proto-max-bulk-len", "1048576")
            try await eventually("they are due") {
                try await stack.now().milliseconds > (Instant(iso8601: at)?.milliseconds ?? 0)
            }
            // One that does not know yet that the large one takes long: it runs it with the others, as the last of them.
            let worker = try stack.worker(["WAITABLE_LEASE_MS": "10000"])
            for (number, mate) in mates.enumerated() {
                #expect(try await stack.closed(mate)["status"] == "SUCCEEDED")
                let timeline = try await stack.get("/items/mate-\(number)/timeline?stateMachine=a").json
                #expect(timeline.objectValue?["attempts"] == .integer(1))
            }
            #expect(worker.output.contains("commit is sent in halves"))
            try await set(stack, "proto-max-bulk-len", "536870912")
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
        }
    }

    @Test("A commit that Redis refuses for now is repeated while the lease lasts, and is no attempt")
    func passing() async throws {
        try await Stack.with { stack in
            // Long enough to see that it is claimed.
            let work = #""A":{"Type":"Pass","Output":"{% $count([1..150000].($ * 2)) %}","End":true}"#
            let machine = try await stack.create("m", Self.waiting("JSONata", work))
            let at = try await stack.now().adding(milliseconds: 1_000).iso8601
            let execution = try await stack.start(machine, #"{"at":"\#(at)"}"#, name: "e")
            let worker = try stack.worker(["WAITABLE_LEASE_MS": "20000"])
            let key = ExecutionKey(machine: "m", name: "e")
            try await eventually("it is claimed") {
                try await stack.store(of: key.name).dueScore(key).map { $0.truncatingRemainder(dividingBy: 1) != 0 }
                    ?? true
            }
            try await set(stack, "min-replicas-to-write", "1")
            try await eventually("its commit is refused") { worker.output.contains("commit is repeated") }
            #expect(worker.output.contains("NOREPLICAS"))
            try await set(stack, "min-replicas-to-write", "0")
            #expect(try await stack.closed(execution)["output"] == "150000")
            let timeline = try await stack.get("/items/e/timeline?stateMachine=m").json.objectValue
            #expect(timeline?["attempts"] == .integer(1))
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
        }
    }
}
