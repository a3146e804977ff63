import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Testing

/// What a process showed under `/metrics`.
struct Scrape: Sendable {
    let text: String
    let contentType: String?
    /// The value of each sample, by its name and labels as written.
    private(set) var samples: [String: Double] = [:]
    /// The kind of each metric, by its name.
    private(set) var kinds: [String: String] = [:]

    init(_ url: String) async throws {
        let response = try await HTTPClient.shared.execute(HTTPClientRequest(url: url), timeout: .seconds(30))
        #expect(response.status == .ok)
        contentType = response.headers.first(name: "content-type")
        text = String(buffer: try await response.body.collect(upTo: 16 << 20))
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if line.hasPrefix("# TYPE ") {
                kinds[String(words[2])] = String(words[3])
            } else if !line.hasPrefix("#") {
                let space = try #require(line.lastIndex(of: " "))
                samples[String(line[..<space])] = Double(line[line.index(after: space)...])
            }
        }
    }

    subscript(_ sample: String) -> Double? { samples[sample] }

    /// The sum of a metric's samples over all their labels.
    func sum(_ metric: String) -> Double {
        samples.reduce(0) { $1.key.prefix { $0 != "{" } == metric ? $0 + $1.value : $0 }
    }

    /// The names of all samples, and of the metrics that they belong to.
    var names: Set<String> { Set(samples.keys.map { String($0.prefix { $0 != "{" }) }).union(kinds.keys) }

    /// The label names of a metric's samples, but `le`.
    func labels(of metric: String) -> Set<String> {
        var names: Set<String> = []
        for sample in samples.keys {
            let name = sample.prefix { $0 != "{" }
            guard name == metric || ["_bucket", "_sum", "_count"].contains(where: { name == metric + $0 }) else {
                continue
            }
            for match in sample.dropFirst(name.count).matches(of: /[{,]([a-z_]+)="/) { names.insert(String(match.1)) }
        }
        return names.subtracting(["le"])
    }
}

/// Prometheus's own checker, where it is installed or `scripts/check-alerts` has fetched it.
enum Promtool {
    static let path: String? = {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        return (folders + [Program.root.appending(path: ".build/promtool/usr/bin").path])
            .map { $0 + "/promtool" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    /// Runs it on a text.
    ///
    /// - Returns: What it printed, and its exit code in the last line.
    static func check(_ what: String, _ text: String) async throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: "waitable-promtool-\(UUID().uuidString)")
        try text.write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        let path = try #require(path)
        let line =
            what == "metrics" ? "'\(path)' check metrics < '\(file.path)'" : "'\(path)' check \(what) '\(file.path)'"
        return try await ConsoleSession.shell("\(line); echo \"exit $?\"", environment: [:])
    }
}
