import RedisClient
import StatesLanguage
import Waitable

/// The arguments of a function call after its one key.
struct FunctionArguments {
    private var words = RedisCommand.Arguments()

    init() {}

    init(_ texts: String...) { for text in texts { append(text) } }

    mutating func append(_ text: String) { words.append(text) }
    mutating func append(_ bytes: [UInt8]) { words.append(bytes) }
    mutating func append(_ number: Int) { words.append(number) }

    /// Appends one entry of `waitable_accept` or `waitable_commit`.
    mutating func append(_ transition: Transition) {
        append(transition.key.member)
        switch transition.next {
        case .due(let instant): append(String(instant.milliseconds))
        case .answered(let limit): append("?" + String(limit?.milliseconds ?? DueScore.never))
        case .closed: append("")
        case .leased: append("=")
        }
        append(transition.document)
        switch transition.listing {
        case .unbegun: append("")
        case .unchanged: append("-")
        case .element(let element): append(element)
        case .removed: append("!")
        }
        append(transition.effects.count)
        for effect in transition.effects {
            effect.appendArguments { append($0) }
        }
    }

    func command(_ function: String, prefix: String) -> RedisCommand {
        var command = RedisCommand(name: "FCALL", capacity: 3)
        command.append(function)
        command.append(1)
        command.append(prefix)
        command.append(words)
        return command
    }
}
