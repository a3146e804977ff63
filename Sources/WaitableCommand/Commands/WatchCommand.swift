import ArgumentParser
import Foundation
import StatesLanguage
import WaitableHTTP
import WaitableOperations
import WaitableRedis

struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Shows what waits, is due and runs, how late it is, and the workers; until Ctrl-C.",
        discussion: """
            On a terminal it also shows the last hour and the next one as bars, and what is
            due longest. Workers report themselves every few seconds, so their figures are
            a little older than the counts.

            Examples:
              waitable watch
              waitable watch --url http://127.0.0.1:8080 --interval 5
              waitable watch --once --json
            """
    )

    @OptionGroup var endpoint: EndpointFlags
    @Option(name: .customLong("interval"), help: "Seconds between two looks, 0.1 to 3600.")
    var interval = 1.0
    @Flag(name: .customLong("once"), help: "Looks once, and ends.")
    var once = false
    @Flag(name: .customLong("json"), help: "Prints a JSON object a look.")
    var json = false

    func validate() throws {
        guard (0.1...3_600).contains(interval) else {
            throw ValidationError("--interval: must be a number from 0.1 to 3600: '\(interval)'")
        }
    }

    func run() async throws {
        try await Exit.mapping {
            let (json, once, interval) = (json, once, interval)
            try await endpoint.with("watch") { endpoint in
                var screen = Screen()
                var view = WatchView()
                while true {
                    let overview = try await endpoint.overview()
                    if json {
                        print(json: overview.json)
                    } else if once {
                        print(block: OverviewText.text(of: overview))
                    } else if screen.isTerminal {
                        try await view.refresh(from: endpoint, overview)
                        screen.show(view.text(of: overview))
                    } else {
                        screen.show(OverviewText.text(of: overview))
                    }
                    if once { return }
                    fflush(nil)
                    try await Task.sleep(for: .seconds(interval))
                }
            }
        }
    }
}
