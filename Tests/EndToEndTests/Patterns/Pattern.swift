import Foundation
import RedisClient
import StatesLanguage
import Testing
import Waitable
import WaitableRedis

/// A definition as it is found in practice, in `Tests/Patterns`, with what is around it and what it has to come to.
struct Pattern: Sendable, CustomTestStringConvertible {
    /// The languages in which each is written.
    enum Language: String, CaseIterable, Sendable {
        case jsonPath = ""
        case jsonata = ".jsonata"
    }

    /// What an execution has to come to: its output, or its error.
    enum End: Sendable, Equatable {
        case output(JSON)
        case error(String)
    }

    let name: String
    /// What is started: by its input, at an instant a little later than now where there is `NOW` in it.
    let executions: [(input: String, end: End)]
    var tables = ""
    /// What a function answers.
    ///
    /// - Parameter time: How often the same was asked before, with this.
    var function: @Sendable (_ name: String, _ body: JSONObject, _ time: Int) -> (status: Int, body: String) = {
        (_, _, _) in (200, "{}")
    }
    var prepare: @Sendable (_ stack: Stack, _ folder: Folder) async throws -> Void = { _, _ in }
    /// What there has to be besides at the end.
    var check: @Sendable (_ stack: Stack, _ folder: Folder) async throws -> Void = { _, _ in }

    var testDescription: String { name }

    /// The definition's text.
    func definition(in language: Language) throws -> String {
        try String(
            contentsOf: Program.root.appending(path: "Tests/Patterns/\(name)\(language.rawValue).asl.json"),
            encoding: .utf8
        )
    }

    /// The names of all states of a definition.
    static func states(of json: JSON) -> Set<String> {
        switch json {
        case .array(let elements): return elements.reduce(into: []) { $0.formUnion(states(of: $1)) }
        case .object(let object):
            var names: Set<String> = []
            for (name, member) in object {
                if name == "States", let states = member.objectValue { names.formUnion(states.map { $0.0 }) }
                names.formUnion(states(of: member))
            }
            return names
        default: return []
        }
    }
}

extension Pattern {
    static let all: [Pattern] = [
        Pattern(
            name: "fan-out",
            executions: [
                (#"{"parts":[2,3,4]}"#, .output(.object(["count": .integer(3), "squares": .integers(4, 9, 16)])))
            ]
        ),
        Pattern(
            name: "saga",
            executions: [
                (#"{"order":"a"}"#, .output(.object(["order": "a"]))), (#"{"order":"ship"}"#, .error("OrderUndone")),
                (#"{"order":"charge"}"#, .error("OrderUndone")),
            ],
            function: { name, body, _ in body["order"]?.stringValue == name ? (400, "no") : (200, "{}") }
        ),
        Pattern(
            name: "job-poller",
            executions: [
                (#"{"job":"good"}"#, .output("good")), (#"{"job":"bad"}"#, .error("JobFailed")),
            ],
            function: { name, body, time in
                if name == "submit" { return (200, #"{"id":"\#(body["job"]?.stringValue ?? "")"}"#) }
                let last = body["id"] == "good" ? "SUCCEEDED" : "FAILED"
                return (200, #"{"status":"\#(time > 1 ? last : "RUNNING")"}"#)
            }
        ),
        Pattern(
            name: "human-approval",
            executions: [
                (#"{"request":"yes"}"#, .output(.object(["approved": .bool(true)]))),
                (#"{"request":"no"}"#, .output(.object(["approved": .bool(false)]))),
            ],
            check: { stack, _ async throws in
                #expect(try await stack.entries("approvals").count == 2)
                #expect(try await stack.item("requests", "yes")["state"] == "APPROVED")
                #expect(try await stack.item("requests", "no")["state"] == "TURNED DOWN")
            }
        ),
        Pattern(
            name: "nested-maps",
            executions: [
                (
                    #"{"orders":[{"lines":["a","b"]},{"lines":["a"]}]}"#,
                    .output(.object(["orders": .integer(2), "prices": .array([.integers(7, 8), .integers(7)])]))
                )
            ],
            function: { _, body, _ in (200, #"{"price":\#(body["article"] == "a" ? 7 : 8)}"#) },
            check: { stack, _ async throws in
                #expect(try await stack.item("articles", "a")["sold"] == "2")
                #expect(try await stack.item("articles", "b")["sold"] == "1")
            }
        ),
        Pattern(
            name: "large-csv",
            executions: [(#"{"key":"rows.csv"}"#, .output("results"))],
            prepare: { _, folder in
                try folder.write("account,amount\nx,1\ny,20\nx,300\ny,4000\nx,50000\n", "data/rows.csv")
            },
            check: { stack, folder async throws in
                #expect(try await stack.item("accounts", "x")["amount"] == "50301")
                #expect(try await stack.item("accounts", "y")["amount"] == "4020")
                let runs = try FileManager.default.contentsOfDirectory(
                    atPath: folder.url.appending(path: "results/booked").path
                )
                #expect(runs.count == 1)
                let results = try folder.json("results/booked/\(runs[0])/SUCCEEDED_0.json")
                #expect(results == .array(["x", "y", "x", "y", "x"]))
            }
        ),
        Pattern(
            name: "wait-until",
            executions: [(#"{"id":"r","at":"NOW"}"#, .output("r"))],
            check: { stack, _ async throws in #expect(try await stack.item("reminders", "r")["times"] == "1") }
        ),
        Pattern(
            name: "aggregator",
            // Which of them is the last is for the table to say.
            executions: (1...3).map { (#"{"group":"g","part":\#($0)}"#, .output("g")) },
            check: { stack, _ async throws in
                #expect(try await stack.item("groups", "g")["received"] == "3")
                #expect(try await stack.entries("complete").count == 1)
            }
        ),
        Pattern(
            name: "circuit-breaker",
            executions: [
                (#"{"service":"good"}"#, .output(.object(["ok": .bool(true)]))),
                (#"{"service":"bad"}"#, .error("CallFailed")),
                (#"{"service":"shut"}"#, .error("CircuitOpen")),
            ],
            tables: "circuits=service:S",
            function: { _, body, _ in body["service"] == "bad" ? (400, "no") : (200, #"{"ok":true}"#) },
            prepare: { stack, _ in
                let store = stack.store(of: "shut")
                let key = store.keys.item(ItemKey(table: "circuits", id: "shut"))
                _ = try await stack.integer("HSET", key, "service", "shut", "state", "OPEN")
            },
            check: { stack, _ async throws in
                #expect(try await stack.item("circuits", "bad")["failures"] == "1")
                #expect(try await stack.item("circuits", "bad")["state"] == "OPEN")
                #expect(try await stack.item("circuits", "good").isEmpty)
            }
        ),
    ]
}

extension JSON {
    fileprivate static func integers(_ numbers: Int64...) -> JSON { .array(numbers.map(JSON.integer)) }
}

extension Stack {
    /// An item's attributes, numbers as their texts.
    func item(_ table: String, _ id: String) async throws -> [String: String] {
        let fields = try await store(of: id).items([ItemKey(table: table, id: id)])[0] ?? []
        let values = fields.map { field in
            (field.name, (try? JSON(parsing: field.value))?.objectValue?["N"]?.stringValue ?? field.value)
        }
        return Dictionary(values, uniquingKeysWith: { $1 })
    }

    /// The messages of a stream.
    func entries(_ stream: String) async throws -> [String] {
        let store = store(of: stream)
        let reply = try await store.client.send(RedisCommand("XRANGE", store.keys.stream(stream), "-", "+"))
        return (reply.array ?? []).compactMap { $0.array?[1].array?.last?.string }
    }
}
