import ArgumentParser
import StatesLanguage
import Waitable

struct TableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "table",
        abstract: "Declares tables with keys of their own, for DynamoDB tasks; lists and deletes them.",
        subcommands: [CreateTableCommand.self, ListTablesCommand.self, DeleteTableCommand.self]
    )
}

struct CreateTableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Declares a table with its key.",
        discussion: """
            Types are S (text), N (number) and B (bytes). A table that nobody has declared has
            the partition key Id, and no queries.

            Example:
              waitable table create orders --partition-key customerId:S --sort-key orderId:N
            """
    )

    @OptionGroup var endpoint: EndpointFlags
    @Argument(help: "The table's name.")
    var name: String
    @Option(name: .customLong("partition-key"), help: "The attribute that spreads its items, and its type: NAME:S.")
    var partitionKey: String
    @Option(name: .customLong("sort-key"), help: "The attribute that sorts those of one partition key: NAME:N.")
    var sortKey: String?
    @Flag(name: .customLong("json"), help: "Prints JSON.")
    var json = false

    func run() async throws {
        try await Exit.mapping {
            let text = [partitionKey, sortKey].compactMap(\.self).joined(separator: ",")
            let schema: TableSchema
            do throws(TableSchemaError) {
                schema = try TableSchema(text)
            } catch {
                throw FieldError(field: "key", rule: error.rule, value: text)
            }
            let name = name
            let table = try await endpoint.with("table") { endpoint in
                var table = try await endpoint.createTable(name, schema)
                // Until every process knows it.
                while table.objectValue?["status"] == .string("CREATING") {
                    try await Task.sleep(for: .milliseconds(200))
                    table = try await endpoint.createTable(name, schema)
                }
                return table
            }
            if json { print(json: table) } else { print("declared the table \(name) with the key \(schema.text)") }
        }
    }
}

struct ListTablesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the declared tables with their keys.",
        discussion: """
            Example:
              waitable table list
            """
    )

    @OptionGroup var endpoint: EndpointFlags
    @Flag(name: .customLong("json"), help: "Prints JSON.")
    var json = false

    func run() async throws {
        try await Exit.mapping {
            let list = try await endpoint.with("table") { try await $0.tables() }
            if json {
                print(json: list)
                return
            }
            var table = Table(header: ["NAME", "PARTITION KEY", "SORT KEY", "STATUS"])
            for row in list.objectValue?["tables"]?.arrayValue ?? [] {
                let row = row.objectValue ?? [:]
                let keys = (row["key"]?.arrayValue ?? []).map { key in
                    "\(key.objectValue?["name"]?.stringValue ?? ""):\(key.objectValue?["type"]?.stringValue ?? "")"
                }
                table.rows.append([
                    row["name"]?.stringValue ?? "", keys.first ?? "", keys.count > 1 ? keys[1] : "",
                    row["status"]?.stringValue ?? "",
                ])
            }
            print(block: table.text)
        }
    }
}

struct DeleteTableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Deletes a table with all of its items.",
        discussion: """
            Where it breaks off, the same command goes on.

            Example:
              waitable table delete orders
            """
    )

    @OptionGroup var endpoint: EndpointFlags
    @Argument(help: "The table's name.")
    var name: String
    @Flag(name: .customLong("json"), help: "Prints JSON.")
    var json = false

    func run() async throws {
        try await Exit.mapping {
            let name = name
            let table = try await endpoint.with("table") { try await $0.deleteTable(name) }
            if json { print(json: table) } else { print("deleted the table \(name) with its items") }
        }
    }
}
