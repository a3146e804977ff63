import ArgumentParser
import StatesLanguage
import Waitable

struct ValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Checks a definition; needs no Redis.",
        discussion: """
            ${Name} in it has the value of --substitute, else of WAITABLE_SUBSTITUTIONS.
            What its tasks need besides is shown as a checklist: [x] is provided by the
            settings of this command, [ ] is not, and of [?] they do not say.

            Example:
              waitable validate orders.asl.json --substitute DDBTable=items
            """
    )

    @Argument(help: "A file in Amazon States Language.")
    var file: String
    @Option(name: .customLong("substitute"), help: "A value for ${Name}: Name=value. May be repeated.")
    var substitutions: [String] = []
    @Flag(name: .customLong("json"), help: "Prints JSON.")
    var json = false

    func run() async throws {
        try await Exit.mapping {
            let values = try Settings.substitutions(substitutions, file: nil)
            let calls = try Settings.calls(file: nil)
            do {
                let definition = try DefinitionFile(path: file, substitutions: values, calls: calls)
                let checklist = Checklist(definition.entry.needs, calls)
                if json {
                    let answer: JSONObject = [
                        "valid": .bool(true), "revision": .string(definition.entry.revision.hash),
                        "warnings": .array(definition.warnings.map { .string("\($0)") }),
                        "needs": .array(checklist.lines.map(\.json)),
                    ]
                    print(json: .object(answer))
                } else {
                    for warning in definition.warnings { print("\(file): warning: \(warning)") }
                    print("\(file): valid")
                    if let text = checklist.text("It needs, of these settings:") { print(block: text) }
                }
            } catch let error as DefinitionFileError where json {
                print(json: .object(["valid": .bool(false), "reason": .string(error.reason)]))
                throw Exit.badInput
            }
        }
    }
}
