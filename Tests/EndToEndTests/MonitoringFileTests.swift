import AsyncHTTPClient
import Foundation
import PrometheusMetrics
import RedisTestServer
import StatesLanguage
import Testing
import WaitableMetrics

/// The alerts, the dashboard and the document: each speaks of metrics that live processes show, and of all of them.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct MonitoringFileTests {
    private func text(_ path: String) throws -> String {
        try String(contentsOf: Program.root.appending(path: path), encoding: .utf8)
    }

    private func names(in text: String) -> Set<String> {
        Set(text.matches(of: /\b(waitable|process)_[a-z_]*[a-z]\b/).map { String($0.0) })
    }

    /// The expressions of the dashboard, with what Grafana puts in for its variables.
    private func expressions() throws -> [String] {
        let dashboard = try JSON(parsing: try text("deploy/grafana/waitable.json"))
        var expressions: [String] = []
        func walk(_ json: JSON) {
            if let object = json.objectValue {
                for (name, value) in object {
                    if name == "expr", let text = value.stringValue { expressions.append(text) }
                    walk(value)
                }
            }
            for value in json.arrayValue ?? [] { walk(value) }
        }
        walk(dashboard)
        return expressions.map { $0.replacing("$__rate_interval", with: "1m").replacing("$job", with: ".+") }
    }

    @Test("Every metric in the list is shown by an ingest or a worker, with its labels, and they show no other")
    func exposed() async throws {
        try await Stack.with { stack in
            let port = try RedisTestServer.freePort()
            let worker = try stack.worker(["WAITABLE_METRICS_PORT": "\(port)"])
            try await eventually("the worker listens") { worker.output.contains("worker listens") }
            // Once for the requests' own metrics, which the first scrape is too early for.
            _ = try await Scrape("http://127.0.0.1:\(port)/metrics")
            let scrapes = [
                try await Scrape(stack.url + "/metrics"), try await Scrape("http://127.0.0.1:\(port)/metrics"),
            ]
            let kinds = scrapes.reduce(into: [:]) { $0.merge($1.kinds) { $1 } }
            #expect(kinds == Dictionary(uniqueKeysWithValues: Metric.all.map { ($0.name, $0.kind.rawValue) }))
            for scrape in scrapes {
                for metric in Metric.all where scrape.kinds[metric.name] != nil {
                    #expect(scrape.labels(of: metric.name) == Set(metric.labels), "\(metric.name)")
                    #expect(scrape.text.contains("# HELP \(metric.name) \(metric.help)\n"))
                }
                if Promtool.path != nil {
                    #expect(try await Promtool.check("metrics", scrape.text) == "exit 0")
                }
            }
            let shown = scrapes[0].names.union(scrapes[1].names)
            let alerts = names(in: try text("deploy/prometheus/alerts.yml"))
            #expect(alerts.count > 15)
            #expect(alerts.subtracting(shown).isEmpty)
            let dashboard = names(in: try expressions().joined(separator: "\n"))
            #expect(dashboard.count > 30)
            #expect(dashboard.subtracting(shown).isEmpty)
        }
    }

    @Test("The dashboard's expressions are PromQL", .enabled(if: Promtool.path != nil))
    func promQL() async throws {
        let expressions = try expressions()
        #expect(expressions.count > 40)
        let rules = expressions.enumerated().map { "{record: 'panel:\($0.offset)', expr: '\($0.element)'}" }
        let file = "groups: [{name: panels, rules: [\(rules.joined(separator: ",\n"))]}]"
        let output = try await Promtool.check("rules", file)
        #expect(output.hasSuffix("exit 0"), "\(output)")
    }

    @Test("The document has a line for each metric")
    func document() throws {
        let lines = try text("docs/metrics.md").split(separator: "\n").filter { $0.hasPrefix("| `") }
        let documented = lines.compactMap {
            $0.firstMatch(of: /^\| `((?:waitable|process)_[a-z_]+)`/).map { String($0.1) }
        }
        #expect(Set(documented) == Set(Metric.all.map(\.name)))
        #expect(documented.count == Set(documented).count)
        for metric in Metric.all {
            let line = try #require(lines.first { $0.hasPrefix("| `\(metric.name)` |") })
            #expect(line.contains("| \(metric.kind.rawValue) |"), "\(line)")
            for label in metric.labels { #expect(line.contains("`\(label)`"), "\(line)") }
        }
    }
}
