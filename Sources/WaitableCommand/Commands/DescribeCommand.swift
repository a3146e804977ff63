import ArgumentParser
import StatesLanguage

struct DescribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Shows one item with its execution, and what happened to it.",
        discussion: """
            Examples:
              waitable describe order-42
              waitable describe order-42 --machine orders --json
            """
    )

    @OptionGroup var endpoint: EndpointFlags
    @OptionGroup var item: ItemFlags

    func run() async throws {
        try await Exit.mapping {
            let reference = item.reference
            let (view, timeline) = try await endpoint.with("describe") { endpoint in
                (try await endpoint.describe(reference), try await endpoint.timeline(reference))
            }
            if item.json {
                var object = view.objectValue ?? [:]
                object["timeline"] = timeline
                print(json: .object(object))
                return
            }
            print(block: Table(fieldsOf: view).text)
            print("")
            print(block: TimelineText.text(of: timeline))
        }
    }
}

extension Table {
    /// A row for each member of an object.
    init(fieldsOf view: JSON) {
        self.init(header: ["FIELD", "VALUE"])
        for (name, value) in view.objectValue ?? [:] { rows.append([name, value.stringValue ?? value.text]) }
    }
}
