import ArgumentParser
import StatesLanguage

/// The arguments of a command on one state machine.
struct MachineFlags: ParsableArguments {
    @OptionGroup var endpoint: EndpointFlags
    @Argument(help: "The state machine's name.")
    var machine: String
    @Flag(name: .customLong("json"), help: "Prints JSON.")
    var json = false

    /// Pauses it, or resumes it, and shows it after that.
    func setPaused(_ isPaused: Bool) async throws {
        try await Exit.mapping {
            let machine = machine
            let view = try await endpoint.with("pause") { try await $0.setPaused(isPaused, machine: machine) }
            if json { print(json: view) } else { print(block: Table(fieldsOf: view).text) }
        }
    }
}

struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Pauses a state machine: its items are started and wait, but none is run until it is resumed.",
        discussion: """
            Example:
              waitable pause waitable-stepfunction
            """
    )

    @OptionGroup var flags: MachineFlags

    func run() async throws { try await flags.setPaused(true) }
}

struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Resumes a paused state machine: what was due meanwhile runs now.",
        discussion: """
            Example:
              waitable resume waitable-stepfunction
            """
    )

    @OptionGroup var flags: MachineFlags

    func run() async throws { try await flags.setPaused(false) }
}
