import ArgumentParser
import Foundation

/// The command: every process of Waitable, and what an operator asks of it.
@main
struct WaitableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "waitable",
        abstract: "AWS Step Functions' waitable pattern on a Redis that you own.",
        discussion: """
            Examples:
              waitable dev                    a stack with a private Redis
              WAITABLE_REDIS_URL=redis://cache:6379 waitable ingest
              WAITABLE_REDIS_URL=redis://cache:6379 waitable worker
              waitable start --id order-42 --at 2026-12-24T18:00:00Z
              waitable status order-42
              waitable list --status WAITING --due-to 2026-12-25T00:00:00Z
              waitable reschedule order-42 --at 2026-12-25T09:00:00Z
              waitable watch

            Exit codes: 0 done, 1 failed, 2 not found, 3 conflict, 64 wrong usage, 65 bad
            input, 69 Redis or ingest not reachable, 77 not allowed, 78 bad configuration.

            \(Setting.help)
            """,
        version: Version.text,
        subcommands: [
            IngestCommand.self, WorkerCommand.self, HealthCommand.self, DevCommand.self, StartCommand.self,
            StatusCommand.self, DoctorCommand.self,
            ListCommand.self, DescribeCommand.self, CancelCommand.self, RescheduleCommand.self, RunNowCommand.self,
            RedriveCommand.self, PauseCommand.self, ResumeCommand.self, StateMachinesCommand.self, WatchCommand.self,
            ValidateCommand.self, TestCommand.self, GraphCommand.self, QueryCommand.self, DeployCommand.self,
            TokenCommand.self, AccessKeyCommand.self, FunctionsCommand.self,
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
