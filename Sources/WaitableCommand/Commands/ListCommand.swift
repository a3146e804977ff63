import ArgumentParser
import StatesLanguage

struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists items of all state machines: those that wait, by their moments, then those that closed.",
        discussion: """
            Examples:
              waitable list --status FAILED --machine orders
              waitable list --url http://127.0.0.1:8080 --limit 1000
              waitable list --status WAITING \\
                --due-from 2026-12-24T00:00:00Z --due-to 2026-12-25T00:00:00Z
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
            let limit = limit
            let (items, next) = try await endpoint.with("list") { endpoint in
                try await Self.page(of: endpoint, query, limit: limit)
            }
            if json {
                var page: JSONObject = ["items": .array(items)]
                page["nextToken"] = next.map(JSON.string)
                print(json: .object(page))
                return
            }
            var table = Table(header: ["ID", "STATE MACHINE", "STATUS", "DUE OR CLOSED", "WAITS FOR"])
            for item in items {
                let item = item.objectValue ?? [:]
                func text(_ name: String) -> String? { item[name]?.stringValue }
                table.rows.append([
                    text("Id") ?? "", text("stateMachine") ?? "", text("status") ?? "",
                    text("closedAt") ?? text("due") ?? "", Self.waits(item),
                ])
            }
            print(block: table.text)
            guard let next else { return }
            // In a line of its own, so that it can be copied where it is longer than the terminal is wide.
            print("more, with --next-token:")
            print(next)
        }
    }

    /// A page that is full, unless the list ends: a page of an endpoint may hold fewer items than asked for.
    private static func page(
        of endpoint: any Endpoint,
        _ query: [(name: String, value: String)],
        limit: Int
    ) async throws -> (items: [JSON], next: String?) {
        var query = query
        var items: [JSON] = []
        while true {
            let page = try await endpoint.list(query).objectValue ?? [:]
            items += page["items"]?.arrayValue ?? []
            guard let next = page["nextToken"]?.stringValue, items.count < limit else {
                return (items, page["nextToken"]?.stringValue)
            }
            query.removeAll { $0.name == "nextToken" || $0.name == "limit" }
            query += [("nextToken", next), ("limit", String(limit - items.count))]
        }
    }

    /// What an item waits for: `Approve (ANSWER)`, or `Call (RETRY 2)` before its second try.
    private static func waits(_ item: JSONObject) -> String {
        let waits = item["waitsFor"]?.arrayValue?.compactMap(\.objectValue) ?? []
        return waits.map { wait in
            let attempt = wait["attempt"]?.integerValue.map { " \($0)" } ?? ""
            return "\(wait["state"]?.stringValue ?? "") (\(wait["for"]?.stringValue ?? "")\(attempt))"
        }.joined(separator: ", ")
    }
}
