import ArgumentParser
import Foundation
import Waitable

/// The command: every process of Waitable, and what an operator asks of it.
@main
struct WaitableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "waitable",
        abstract: "AWS Step Functions' waitable pattern on a Redis that you own.",
        usage: "waitable <subcommand>",
        version: Version.text,
        groupedSubcommands: [
            CommandGroup(
                name: "Processes",
                subcommands: [DevCommand.self, IngestCommand.self, WorkerCommand.self, HealthCommand.self]
            ),
            CommandGroup(
                name: "Items",
                subcommands: [
                    StartCommand.self, StatusCommand.self, ListCommand.self, DescribeCommand.self, CancelCommand.self,
                    RescheduleCommand.self, RunNowCommand.self, RedriveCommand.self,
                ]
            ),
            CommandGroup(
                name: "State machines",
                subcommands: [
                    ValidateCommand.self, TestCommand.self, QueryCommand.self, GraphCommand.self, DeployCommand.self,
                    StateMachinesCommand.self,
                    PauseCommand.self, ResumeCommand.self, TableCommand.self,
                ]
            ),
            CommandGroup(
                name: "Operation",
                subcommands: [
                    WatchCommand.self, DoctorCommand.self, AuditCommand.self, ExportCommand.self, ImportCommand.self,
                    FunctionsCommand.self, TokenCommand.self, AccessKeyCommand.self,
                ]
            ),
            CommandGroup(name: "Help", subcommands: [SettingsCommand.self, ExitCodesCommand.self]),
        ]
    )

    /// Runs the command that the arguments name. What cannot be read as one is told like everything else: an argument can be
    /// a text that came from outside.
    static func main() async {
        do {
            var command = try await asyncParseAsRoot()
            if var command = command as? any AsyncParsableCommand { try await command.run() } else { try command.run() }
        } catch {
            let (code, text) = (exitCode(for: error), fullMessage(for: error))
            if !text.isEmpty { if code.isSuccess { print(block: text) } else { Notice.say(block: text) } }
            Foundation.exit(code.rawValue)
        }
    }
}
