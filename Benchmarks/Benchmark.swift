import ArgumentParser
import Foundation
import StatesLanguage
import Waitable

/// Measures the whole on a private Redis with AOF everysec, and the leanest way to the same effect beside it.
@main
struct Benchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "waitable-benchmark",
        subcommands: [Measure.self, ServeNothing.self],
        defaultSubcommand: Measure.self
    )

    /// What can be measured.
    enum Workload: String, CaseIterable, ExpressibleByArgument {
        case hotSecond = "hot-second"
        case startBatch = "start-batch"
        case startHTTP = "start-http"
        case steady
        case idle
        case history
        case jsonata
        case backlog
        case stampede
    }

    struct ServeNothing: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "serve-nothing", shouldDisplay: false)

        @Argument var port: Int

        func run() async throws { try await EmptyServer.run(port: port) }
    }

    struct Measure: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "measure")

        @Argument(help: "The waitable program, of a release build.")
        var program: String
        @Argument(
            help:
                "What is measured; all of it by default: \(Workload.allCases.map(\.rawValue).joined(separator: ", "))."
        )
        var workloads: [Workload] = []
        @Option(help: "Items of the hot second.")
        var items = 100_000
        @Option(help: "Items of a second, larger one; 0 for none.")
        var largest = 1_000_000
        @Option(help: "Items that wait far ahead.")
        var waiting = 1_000_000
        @Flag(help: "A short run: its figures are rough.")
        var quick = false
        @Option(help: "A file for the figures as JSON.")
        var json: String?
        @Option(help: "A file for the figures as a Markdown table.")
        var markdown: String?
        @Option(help: "A file for a page with plots.")
        var page: String?

        func run() async throws {
            let scale =
                quick
                ? Scale(items: min(items, 20_000), largest: 0, waiting: min(waiting, 20_000), seconds: 5, rounds: 1)
                : Scale(items: items, largest: largest, waiting: waiting, seconds: 20, rounds: 3)
            let chosen = workloads.isEmpty ? Workload.allCases : workloads
            let report = try await Measurement(program: program, scale: scale).run(chosen)
            print(report.table)
            if let json { try write(report.json.text, to: json) }
            if let markdown { try write(report.markdown, to: markdown) }
            if let page { try write(Page(report).html, to: page) }
        }

        private func write(_ text: String, to file: String) throws {
            try Data(text.utf8).write(to: URL(filePath: file))
        }
    }
}

/// How much is measured.
struct Scale: Sendable {
    /// Items of the hot second.
    let items: Int
    /// Items of a second, larger one.
    let largest: Int
    /// Items that wait far ahead.
    let waiting: Int
    /// How long a steady load or a quiet time lasts, in seconds.
    let seconds: Int
    /// How often a hot second is measured, and the floor with it.
    let rounds: Int
}
