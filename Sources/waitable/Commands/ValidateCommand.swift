import ArgumentParser
import StatesLanguage
import Waitable

struct ValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Checks a definition; needs no Redis.",
        discussion: """
            Example:
              waitable validate statemachine/waitable-stepfunction.asl.json --substitute DDBTable=items
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
            let values = try Settings.substitutions(substitutions.joined(separator: ","))
            do {
                let entry = try DefinitionFile(path: file, substitutions: values).entry
                print(
                    json
                        ? JSON.object(["valid": .bool(true), "revision": .string(entry.revision.hash)]).text
                        : "\(file): valid"
                )
            } catch let error as DefinitionFileError where json {
                print(JSON.object(["valid": .bool(false), "reason": .string(error.reason)]).text)
                throw Exit.badInput
            }
        }
    }
}
