import ArgumentParser
import StatesLanguage

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows one item, or a page of items.",
        discussion: """
            Examples:
              waitable status order-42
              waitable status --limit 20 --process-status STARTED
            """
    )

    @OptionGroup var endpoint: EndpointFlags
    @Argument(help: "The item's Id; without it, items are listed: those that wait first.")
    var id: String?
    @Option(name: .customLong("limit"), help: "Items in a page, 1 to 1000.")
    var limit = 100
    @Option(name: .customLong("process-status"), help: "Only items in this ProcessStatus.")
    var processStatus: String?
    @Option(name: .customLong("next-token"), help: "Where the last page ended.")
    var nextToken: String?
    @Flag(name: .customLong("json"), help: "Prints JSON.")
    var json = false

    func run() async throws {
        try await Exit.mapping {
            if let id { try await show(id) } else { try await list() }
        }
    }

    private func show(_ id: String) async throws {
        let view = try await endpoint.with("status") { try await $0.item(id) }
        if json {
            print(json: view)
        } else {
            var table = Table(header: ["ATTRIBUTE", "VALUE"])
            for (name, value) in view.objectValue ?? JSONObject() {
                table.rows.append([name, value.stringValue ?? value.text])
            }
            print(block: table.text)
        }
    }

    private func list() async throws {
        let query = [("limit", String(limit)), ("nextToken", nextToken), ("ProcessStatus", processStatus)]
            .compactMap { name, value in value.map { (name: name, value: $0) } }
        let page = try await endpoint.with("status") { try await $0.items(query) }
        if json {
            print(json: page)
            return
        }
        var table = Table(header: ["ID", "START AT", "STATUS", "LAST UPDATED"])
        for item in page.objectValue?["items"]?.arrayValue ?? [] {
            let item = item.objectValue ?? [:]
            table.rows.append(
                ["Id", "StartActionAt", "ProcessStatus", "LastUpdated"].map { item[$0]?.stringValue ?? "" }
            )
        }
        print(block: table.text)
        if let token = page.objectValue?["nextToken"]?.stringValue {
            print("more, with --next-token:")
            print(token)
        }
    }
}
