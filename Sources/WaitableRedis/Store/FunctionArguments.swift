import RedisClient
import StatesLanguage
import Waitable

/// The arguments of a function call after its one key.
package struct FunctionArguments {
    private var words = RedisCommand.Arguments()

    /// No arguments.
    package init() {}

    /// Some texts.
    package init(_ texts: String...) { for text in texts { append(text) } }

    /// Adds an argument.
    package mutating func append(_ text: String) { words.append(text) }
    /// Adds an argument.
    package mutating func append(_ bytes: [UInt8]) { words.append(bytes) }
    /// Adds an argument.
    package mutating func append(_ number: Int) { words.append(number) }

    func command(_ function: String, prefix: String) -> RedisCommand {
        var command = RedisCommand(name: "FCALL", capacity: 3)
        command.append(function)
        command.append(1)
        command.append(prefix)
        command.append(words)
        return command
    }
}
