import ArgumentParser
import Foundation
import StatesLanguage
import Waitable

struct StartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Starts an item, or a file of them: each waits until its moment.",
        discussion: """
            A file has one JSON object a line: {"StartTimestamp": "2026-12-24T18:00:00Z",
            "Id": "order-42"}. The Id may be left out, and "stateMachine" and "durability"
            may be added.
            What fails is printed, a line each, and the rest is started. The exit code
            is 65 where a line was bad, and 1 where starts were refused for other reasons.

            Examples:
              waitable start --at 2026-12-24T18:00:00Z
              waitable start --id order-42 --at 2026-12-24T18:00:00+01:00 --json
              waitable start --file items.ndjson
              waitable start --file - --url http://127.0.0.1:8080 < items.ndjson
            """
    )

    @OptionGroup var endpoint: EndpointFlags
    @Option(name: .customLong("at"), help: "The moment, ISO 8601 with an offset or Z; one in the past means now.")
    var instant: String?
    @Option(name: .customLong("id"), help: "The item's Id, 1 to 80 characters; without it one is made.")
    var id: String?
    @Option(name: .customLong("file"), help: "A file of items, one JSON object a line; - for standard input.")
    var file: String?
    @Option(name: .customLong("machine"), help: "The state machine; without it, the default one.")
    var machine: String?
    @Option(
        name: .customLong("durability"),
        help: "How safe each has to be: fsync, replicas=N, both with a comma between, or none."
    )
    var durability: String?
    @Flag(name: .customLong("json"), help: "Prints JSON.")
    var json = false

    func validate() throws {
        guard (instant == nil) != (file == nil) else { throw ValidationError("either --at or --file must be given") }
        guard id == nil || file == nil else { throw ValidationError("--id: must not be given with --file") }
    }

    func run() async throws {
        try await Exit.mapping {
            if let file { try await start(file: file) } else if let instant { try await start(at: instant) }
        }
    }

    private func start(at instant: String) async throws {
        var item: JSONObject = ["StartTimestamp": .string(instant)]
        item["Id"] = .string(id ?? UUID().uuidString.lowercased())
        item["stateMachine"] = machine.map(JSON.string)
        item["durability"] = durability.map(JSON.string)
        let answer = try await endpoint.with("start") { [item] endpoint in try await endpoint.start([item]) }
        guard let answer = answer.first else { return }
        if let refusal = StartRefusal(answer) { throw refusal }
        if json {
            print(json: .object(answer))
        } else {
            print("started \(answer["Id"]?.stringValue ?? ""), due at \(instant)")
        }
    }

    private func start(file: String) async throws {
        let (machine, durability, json) = (machine, durability, json)
        let size = file == "-" ? nil : try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int
        let result = try await endpoint.with("start") { endpoint in
            var progress = ProgressBar(totalBytes: size)
            let start = FileStart(endpoint: endpoint, machine: machine, durability: durability) { answer in
                if json || answer["code"] != nil { print(json: .object(answer)) }
            }
            return try await start.run(path: file, progress: &progress)
        }
        let counts = "started \(result.started), failed \(result.failed)"
        if json { Notice.say(counts) } else { print(counts) }
        if let (line, error) = result.interruption {
            Notice.say("line \(line) and all after it were not answered")
            throw error
        }
        if result.failed > 0 { throw result.hasBadLines ? Exit.badInput : Exit.failed }
    }
}

/// An answer that says why an item was not started.
struct StartRefusal: Error, CustomStringConvertible {
    let code: String
    /// The HTTP status that goes with it; `nil` for none.
    let status: Int64?
    let description: String

    /// `nil` for the answer to an item that was started.
    init?(_ answer: JSONObject) {
        guard let code = answer["code"]?.stringValue else { return nil }
        self.code = code
        status = answer["status"]?.integerValue
        description = answer["message"]?.stringValue ?? code
    }
}
