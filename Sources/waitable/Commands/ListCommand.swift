import ArgumentParser
import StatesLanguage

struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists items of all state machines: those that wait, by their moments, then those that closed.",
        discussion: """
            Examples:
              waitable list --status WAITING --due-from 2026-12-24T00:00:00Z --due-to 2026-12-25T00:00:00Z
              waitable list --status FAILED --machine orders --url http://127.0.0.1:8080
            """
    )

    @OptionGroup var endpoint: EndpointFlags
    @Option(name: .customLong("status"), help: "WAITING, RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED.")
    var status: String?
    @Option(name: .customLong("machine"), help: "Only items of this state machine.")
    var machine: String?
    @Option(name: .customLong("due-from"), help: "Only items due at this instant or later, ISO 8601.")
    var dueFrom: String?
    @Option(name: .customLong("due-to"), help: "Only items due before this instant, ISO 8601.")
    var dueTo: String?
    @Option(name: .customLong("limit"), help: "Items in a page, 1 to 1000.")
    var limit = 100
    @Option(name: .customLong("next-token"), help: "Where the last page ended.")
    var nextToken: String?
    @Flag(name: .customLong("json"), help: "Prints JSON.")
    var json = false

    func run() async throws {
        try await Exit.mapping {
            let query = [
                ("limit", String(limit)), ("status", status), ("stateMachine", machine), ("dueFrom", dueFrom),
                ("dueTo", dueTo), ("nextToken", nextToken),
            ].compactMap { name, value in value.map { (name: name, value: $0) } }
            let page = try await endpoint.with("list") { try await $0.list(query) }
            if json {
                print(page.text)
                return
            }
            var table = Table(header: ["ID", "STATE MACHINE", "STATUS", "DUE", "CLOSED"])
            for item in page.objectValue?["items"]?.arrayValue ?? [] {
                let item = item.objectValue ?? [:]
                table.rows.append(
                    ["Id", "stateMachine", "status", "due", "closedAt"].map { item[$0]?.stringValue ?? "" }
                )
            }
            print(table.text)
            if let token = page.objectValue?["nextToken"]?.stringValue { print("more: --next-token \(token)") }
        }
    }
}
