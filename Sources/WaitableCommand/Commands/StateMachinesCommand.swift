import ArgumentParser
import StatesLanguage

struct StateMachinesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "state-machines",
        abstract: "Lists the state machines: which is the default one, and which are paused.",
        discussion: """
            Example:
              waitable state-machines
            """
    )

    @OptionGroup var endpoint: EndpointFlags
    @Flag(name: .customLong("json"), help: "Prints JSON.")
    var json = false

    func run() async throws {
        try await Exit.mapping {
            let list = try await endpoint.with("state-machines") { try await $0.stateMachines() }
            if json {
                print(json: list)
                return
            }
            var table = Table(header: ["NAME", "DEFAULT", "PAUSED SINCE", "REVISION"])
            for machine in list.objectValue?["stateMachines"]?.arrayValue ?? [] {
                let machine = machine.objectValue ?? [:]
                table.rows.append([
                    machine["name"]?.stringValue ?? "", machine["isDefault"] == .bool(true) ? "yes" : "",
                    machine["pausedSince"]?.stringValue ?? "", machine["revision"]?.stringValue ?? "",
                ])
            }
            print(block: table.text)
        }
    }
}
