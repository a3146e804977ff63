import ArgumentParser
import Foundation
import StateGraph
import StatesLanguage

struct GraphCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "graph",
        abstract: "Draws a definition; needs no Redis.",
        discussion: """
            Also draws a definition that cannot be deployed yet: what it does not understand is left out.

            Examples:
              waitable graph statemachine/waitable-stepfunction.asl.json > graph.svg
              waitable graph order.asl.json --format mermaid
              waitable graph order.asl.json --format dot | dot -Tpng > graph.png
            """
    )

    enum Format: String, ExpressibleByArgument, CaseIterable { case svg, mermaid, dot }

    @Argument(help: "A file in Amazon States Language, or - for standard input.")
    var file: String
    @Option(name: .customLong("format"), help: "svg, mermaid or dot.")
    var format = Format.svg

    func run() async throws {
        try await Exit.mapping {
            let definition = try definition()
            let graph = StateGraph(definition: definition)
            switch format {
            case .svg: print(block: graph.svg(title: definition["Comment"]?.stringValue ?? file), terminator: "")
            case .mermaid: print(block: graph.mermaid(), terminator: "")
            case .dot: print(block: graph.dot(), terminator: "")
            }
        }
    }

    private func definition() throws -> JSONObject {
        func refusal(_ reason: String) -> DefinitionFileError { DefinitionFileError(path: file, reason: reason) }
        let data =
            file == "-"
            ? try FileHandle.standardInput.readToEnd() : FileManager.default.contents(atPath: file)
        guard let data else { throw refusal("cannot be read") }
        guard let text = String(data: data, encoding: .utf8) else { throw refusal("is not UTF-8") }
        let value: JSON
        do throws(JSONError) {
            value = try JSON(parsing: text)
        } catch {
            throw refusal("\(error)")
        }
        guard let definition = value.objectValue else { throw refusal("must be a JSON object") }
        return definition
    }
}
