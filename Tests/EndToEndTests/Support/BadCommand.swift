import Testing

/// A command line with settings that has to end at once, with an exit code and one text.
struct BadCommand: Sendable, CustomTestStringConvertible {
    var arguments: [String]
    var settings: [String: String] = [:]
    var code: Int32
    var output: String

    var testDescription: String { arguments.joined(separator: " ") + " \(settings)" }

    /// Settings that are none: exit code 78, the setting's name, its rule and its value.
    static let settings: [BadCommand] = [
        port("99999"), port("many"), port("0x50"), port("-1"),
        setting("worker", "WAITABLE_LEASE_MS", "--lease-ms", "must be a whole number from 100 to 3600000", "-1"),
        setting("worker", "WAITABLE_BATCH", "--batch", "must be a whole number from 1 to 1000", "0"),
        setting(
            "worker",
            "WAITABLE_LOG_LEVEL",
            "--log-level",
            "must be one of trace, debug, info, notice, warning, error, critical",
            "loud"
        ),
        setting(
            "worker",
            "WAITABLE_NAMESPACE",
            "--namespace",
            "must be 1 to 64 letters, digits, '.', '_' and '-'",
            "a{b"
        ),
        setting(
            "worker",
            "WAITABLE_RETENTION_AGE",
            "--retention-age",
            "must be a whole number with s, m, h or d, at most 36500d, such as 90d, or off",
            "soon"
        ),
        setting(
            "ingest",
            "WAITABLE_MEMORY_HIGH_WATER",
            "--memory-high-water",
            "must be a whole number from 1 to 100",
            "200%"
        ),
        setting(
            "ingest",
            "WAITABLE_TOKENS_FILE",
            "--tokens-file",
            "must be a file that can be read (No such file or directory)",
            "/nowhere/tokens"
        ),
    ]

    /// Arguments and files that are none.
    static let arguments: [BadCommand] = [
        BadCommand(arguments: ["start", "--id", "x", "--at", "tomorrow"], code: 65, rule: Rule.instant, "tomorrow"),
        BadCommand(arguments: ["reschedule", "order-42", "--at", "soon"], code: 65, rule: Rule.instant, "soon"),
        BadCommand(
            arguments: ["list", "--limit", "0"],
            code: 65,
            output: "waitable: limit: \(Rule.limit): '0'\n"
        ),
        BadCommand(
            arguments: ["list", "--status", "DONE"],
            code: 65,
            output: "waitable: status: must be one of WAITING, RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED: 'DONE'\n"
        ),
        BadCommand(
            arguments: ["cancel", "nothing"],
            code: 2,
            output: "waitable: There is no item 'nothing' of the state machine 'waitable-stepfunction'.\n"
        ),
        BadCommand(
            arguments: ["describe", "nothing"],
            code: 2,
            output: "waitable: There is no item 'nothing' of the state machine 'waitable-stepfunction'.\n"
        ),
        BadCommand(arguments: ["status", "nothing"], code: 2, output: "waitable: there is no item 'nothing'\n"),
        BadCommand(
            arguments: ["pause", "nowhere"],
            code: 2,
            output: "waitable: There is no state machine 'nowhere'.\n"
        ),
        BadCommand(
            arguments: ["validate", "/nowhere/machine.asl.json"],
            code: 65,
            output: "waitable: /nowhere/machine.asl.json: cannot be read\n"
        ),
        BadCommand(
            arguments: ["token", "create", "--name", "t", "--rights", "fly"],
            code: 64,
            output: """
                Error: --rights: must be one or more of start, read and manage, with commas between them: 'fly'
                Usage: waitable token create --name <name> --rights <rights> [--json]
                  See 'waitable token create --help' for more information.

                """
        ),
    ]

    private init(arguments: [String], code: Int32, rule: String, _ value: String) {
        self.init(arguments: arguments, code: code, output: "waitable: StartTimestamp: \(rule): '\(value)'\n")
    }

    init(arguments: [String], settings: [String: String] = [:], code: Int32, output: String) {
        self.arguments = arguments
        self.settings = settings
        self.code = code
        self.output = output
    }

    private static func port(_ value: String) -> BadCommand {
        setting("ingest", "WAITABLE_PORT", "--port", "must be a whole number from 0 to 65535", value)
    }

    private static func setting(
        _ command: String,
        _ name: String,
        _ flag: String,
        _ rule: String,
        _ value: String
    ) -> BadCommand {
        BadCommand(
            arguments: [command],
            settings: [name: value],
            code: 78,
            output: "waitable: \(name) (\(flag)): \(rule): '\(value)'\n"
        )
    }
}
