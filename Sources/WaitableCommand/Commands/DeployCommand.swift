import ArgumentParser
import Logging
import StatesLanguage
package import Waitable
import WaitableRedis

struct DeployCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deploy",
        abstract: "Deploys a definition; running executions keep the one they started with.",
        discussion: """
            ${Name} in it has the value of --substitute, else of WAITABLE_SUBSTITUTIONS.

            Example:
              waitable deploy orders.asl.json --name orders --default \\
                --substitute DDBTable=items
            """
    )

    @OptionGroup var settings: SettingFlags
    @Argument(help: "A file in Amazon States Language.")
    var file: String
    @Option(name: .customLong("name"), help: "The state machine's name; without it, the file's.")
    var name: String?
    @Option(name: .customLong("substitute"), help: "A value for ${Name}: Name=value. May be repeated.")
    var substitutions: [String] = []
    @Option(name: .customLong("history"), help: "How much history its executions keep: ALL, ERROR or OFF.")
    var history: HistoryLevel = .all
    @Flag(name: .customLong("events"), help: "Has the change feed tell of its executions (docs/feed.md).")
    var hasEvents = false
    @Flag(name: .customLong("default"), help: "Makes it the state machine of starts that name none.")
    var isDefault = false
    @Flag(name: .customLong("json"), help: "Prints JSON.")
    var json = false

    func run() async throws {
        try await Exit.mapping {
            let settings = try Settings(onRedis: settings, command: "deploy")
            let values = try Settings.substitutions(substitutions, file: self.settings.config)
            let definition = try DefinitionFile(path: file, name: name, substitutions: values, calls: settings.calls)
            var entry = definition.entry
            entry.revision.history = history
            entry.revision.hasEvents = hasEvents
            let (deployed, makesDefault) = (entry, isDefault)
            let standard = try await Connection.with(settings) { partitions in
                let store = partitions.home
                var logger = Logger(label: "waitable.deploy")
                logger.logLevel = .error
                try await NamespaceIdentity(store: store, arn: settings.arn, logger: logger).settle()
                for partition in partitions.stores { try await partition.loadFunctions() }
                try await store.copyRegistry()
                try await store.deploy(deployed.revision, name: deployed.name)
                let standard = try await store.defaultMachine()
                // A machine of the name that starts without one mean is of use to them at once.
                let isMissing = standard == nil && deployed.name == settings.defaultMachine
                guard makesDefault || isMissing else { return standard }
                try await store.setDefaultMachine(deployed.name)
                return deployed.name
            }
            if !json { for warning in definition.warnings { print("\(file): warning: \(warning)") } }
            let arn = settings.arn.stateMachine(entry.name)
            if json {
                print(json: .object(["stateMachineArn": .string(arn), "revision": .string(entry.revision.hash)]))
            } else {
                print("deployed \(arn), revision \(entry.revision.hash)")
            }
            if standard == nil {
                Notice.say(
                    "there is no default state machine: starts that name none are refused (--default makes this one it)"
                )
            }
        }
    }
}

extension HistoryLevel: ExpressibleByArgument {}
