import ArgumentParser
import StatesLanguage
import WaitableRedis

struct StartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Starts an item: it waits until its moment.",
        discussion: """
            Examples:
              waitable start --at 2026-12-24T18:00:00Z
              waitable start --id order-42 --at 2026-12-24T18:00:00+01:00 --json
            """
    )

    @OptionGroup var settings: SettingFlags
    @Option(name: .customLong("at"), help: "The moment, ISO 8601 with an offset or Z; one in the past means now.")
    var instant: String
    @Option(name: .customLong("id"), help: "The item's Id, 1 to 80 characters; without it one is made.")
    var id: String?
    @Option(name: .customLong("machine"), help: "The state machine; without it, the default one.")
    var machine: String?
    @Flag(name: .customLong("json"), help: "Prints JSON.")
    var json = false

    func run() async throws {
        try await Exit.mapping {
            let settings = try await Settings(flags: settings, process: "start")
            var item: JSONObject = ["StartTimestamp": .string(instant)]
            item["Id"] = id.map(JSON.string)
            let body = JSON.object(item).text
            let machine = machine
            let answer = try await Connection.with(settings) { store in
                try await store.startByHand(body, machine: machine)
            }
            if json {
                print(answer.text)
            } else {
                let id = answer.objectValue?["Id"]?.stringValue ?? ""
                print("started \(id), due at \(instant)")
            }
        }
    }
}
