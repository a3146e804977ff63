import ArgumentParser
import StatesLanguage
import Waitable
import WaitableRedis

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

    @OptionGroup var settings: SettingFlags
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
            let settings = try await Settings(flags: settings, process: "status")
            if let id { try await show(id, settings) } else { try await list(settings) }
        }
    }

    private func show(_ id: String, _ settings: Settings) async throws {
        let key = ItemKey(table: settings.itemTable, id: id)
        guard let item = try await Connection.with(settings, { try await $0.items([key]) }).first ?? nil else {
            throw NoItemError(id: id)
        }
        let view = ItemView.json(of: item)
        if json {
            print(view.text)
        } else {
            var table = Table(header: ["ATTRIBUTE", "VALUE"])
            for (name, value) in view.objectValue ?? JSONObject() {
                table.rows.append([name, value.stringValue ?? value.text])
            }
            print(table.text)
        }
    }

    private func list(_ settings: Settings) async throws {
        var parameters = [(name: "limit", value: String(limit))]
        if let nextToken { parameters.append(("nextToken", nextToken)) }
        if let processStatus { parameters.append(("ProcessStatus", processStatus)) }
        let query = try ItemListQuery(parameters)
        let page = try await Connection.with(settings) { store in
            try await ItemPager(store: store, table: settings.itemTable).page(query)
        }
        if json {
            print(page.json.text)
            return
        }
        var table = Table(header: ["ID", "START AT", "STATUS", "LAST UPDATED"])
        for item in page.items {
            let view = ItemView.json(of: item).objectValue ?? JSONObject()
            table.rows.append(
                ["Id", "StartActionAt", "ProcessStatus", "LastUpdated"].map { view[$0]?.stringValue ?? "" }
            )
        }
        print(table.text)
        if let token = page.next?.token { print("more, with --next-token:\n\(token)") }
    }
}
