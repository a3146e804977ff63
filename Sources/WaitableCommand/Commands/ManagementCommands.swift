import ArgumentParser
import StatesLanguage

/// A command that does something to one item, and shows the item after it.
protocol ItemCommand: AsyncParsableCommand {
    var endpoint: EndpointFlags { get }
    var item: ItemFlags { get }
    /// What it does.
    var action: ManagementAction { get }
}

extension ItemCommand {
    func run() async throws {
        try await Exit.mapping {
            let (reference, action) = (item.reference, action)
            let view = try await endpoint.with(action.path) { try await $0.manage(reference, action) }
            if item.json { print(json: view) } else { print(block: Table(fieldsOf: view).text) }
        }
    }
}

struct CancelCommand: ItemCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Cancels an item: its execution is aborted, and the item becomes CANCELLED.",
        discussion: """
            Example:
              waitable cancel order-42 --error Withdrawn --cause "the customer called"
            """
    )

    @OptionGroup var endpoint: EndpointFlags
    @OptionGroup var item: ItemFlags
    @Option(name: .customLong("error"), help: "An error name that the execution keeps.")
    var error: String?
    @Option(name: .customLong("cause"), help: "A reason for people that the execution keeps.")
    var cause: String?

    var action: ManagementAction { .cancel(error: error, cause: cause) }
}

struct RescheduleCommand: ItemCommand {
    static let configuration = CommandConfiguration(
        commandName: "reschedule",
        abstract: "Gives a waiting item another moment.",
        discussion: """
            Example:
              waitable reschedule order-42 --at 2026-12-25T09:00:00Z
            """
    )

    @OptionGroup var endpoint: EndpointFlags
    @OptionGroup var item: ItemFlags
    @Option(name: .customLong("at"), help: "The moment, ISO 8601 with an offset or Z; one in the past means now.")
    var instant: String

    var action: ManagementAction { .reschedule(to: instant) }
}

struct RunNowCommand: ItemCommand {
    static let configuration = CommandConfiguration(
        commandName: "run-now",
        abstract: "Makes now a waiting item's moment.",
        discussion: """
            Example:
              waitable run-now order-42
            """
    )

    @OptionGroup var endpoint: EndpointFlags
    @OptionGroup var item: ItemFlags

    var action: ManagementAction { .runNow }
}

struct RedriveCommand: ItemCommand {
    static let configuration = CommandConfiguration(
        commandName: "redrive",
        abstract: "Opens an item again that failed, timed out or was cancelled: it goes on where it ended.",
        discussion: """
            Example:
              waitable redrive order-42
            """
    )

    @OptionGroup var endpoint: EndpointFlags
    @OptionGroup var item: ItemFlags

    var action: ManagementAction { .redrive }
}
