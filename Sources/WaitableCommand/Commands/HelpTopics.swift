import ArgumentParser

/// `waitable help settings`: what every command reads.
struct SettingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings",
        abstract: "Lists all settings, with their defaults.",
        usage: "waitable settings",
        discussion: Setting.help
    )

    func run() { print(block: Setting.help) }
}

/// `waitable help exit-codes`: what scripts read.
struct ExitCodesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exit-codes",
        abstract: "Lists the exit codes of all commands.",
        usage: "waitable exit-codes",
        discussion: Exit.help
    )

    func run() { print(block: Exit.help) }
}
