import ArgumentParser
import WaitableRedis

struct FunctionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "functions",
        abstract: "Prints the Lua library, as FUNCTION LOAD takes it.",
        discussion: """
            Example:
              waitable functions | redis-cli -x FUNCTION LOAD REPLACE
            """
    )

    func run() { print(block: FunctionLibrary.source) }
}
