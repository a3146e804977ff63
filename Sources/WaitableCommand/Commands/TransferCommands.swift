import ArgumentParser
import Foundation
import StatesLanguage
import Waitable
import WaitableOperations
import WaitableRedis

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Writes all of a namespace as lines of JSON, for waitable import.",
        discussion: """
            Stop workers and ingests first: what changes meanwhile may be missing. Nothing
            is changed. The lines have everything that is in the namespace, the key of
            its task tokens too: protect them as you protect passwords.

            Examples:
              waitable export --redis-url redis://old:6379 > items.export
              waitable export | waitable import --redis-url redis-cluster://new:6379
            """
    )

    @OptionGroup var settings: SettingFlags
    @Option(name: .customLong("file"), help: "The file to write; - for standard output.")
    var file = "-"

    func run() async throws {
        try await Exit.mapping {
            let settings = try Settings(onRedis: settings, command: "export")
            let file = file
            let counts = try await Connection.with(settings) { partitions in
                var writer = try LineWriter(path: file)
                let counts = try await NamespaceExporter(stores: partitions.stores).run { try writer.write($0) }
                try writer.flush()
                return counts
            }
            Notice.say("exported \(counts.executions) executions, and \(counts.keys) lines of other keys")
        }
    }
}

struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Writes what waitable export has written into an empty namespace.",
        discussion: """
            Start no workers and no ingest before it has ended well: items that are due
            are run at once. One that was cut can be repeated with --overwrite, as long as
            nothing has run since. The exit code is 65 where a line cannot be used; what
            stood before that line is in the namespace.

            Examples:
              waitable import --file items.export --redis-url redis://new:6379
              waitable import --namespace copy < items.export
            """
    )

    @OptionGroup var settings: SettingFlags
    @Option(name: .customLong("file"), help: "The file to read; - for standard input.")
    var file = "-"
    @Flag(name: .customLong("overwrite"), help: "Takes a namespace that has data, and replaces what has the same name.")
    var overwrites = false

    func run() async throws {
        try await Exit.mapping {
            let settings = try Settings(onRedis: settings, command: "import")
            let (file, overwrites) = (file, overwrites)
            let counts = try await Connection.with(settings) { partitions in
                var reader = try LineReader(path: file, limit: NamespaceImporter.longestLine)
                var importer = NamespaceImporter(stores: partitions.stores, overwrites: overwrites)
                try await importer.begin()
                while let line = try reader.next() {
                    guard case .text(let bytes) = line else {
                        throw FieldError(
                            field: "line \(reader.lines)",
                            rule: "must have at most \(NamespaceImporter.longestLine) bytes",
                            value: nil
                        )
                    }
                    try await importer.add(bytes, number: reader.lines)
                }
                return try await importer.finish(line: reader.lines + 1)
            }
            Notice.say("imported \(counts.executions) executions, and \(counts.keys) lines of other keys")
        }
    }
}

/// Writes lines of JSON to a file, some at a time.
private struct LineWriter {
    private var buffer: [UInt8] = []
    private let file: FileHandle

    /// Opens a file; `-` is the standard output.
    init(path: String) throws {
        if path == "-" {
            file = .standardOutput
            return
        }
        // It has the key of the task tokens.
        guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]),
            let file = FileHandle(forWritingAtPath: path)
        else {
            throw FieldError(
                field: "--file",
                rule: "must be a file that can be written, or - for standard output",
                value: path
            )
        }
        self.file = file
    }

    mutating func write(_ line: JSON) throws {
        line.write(to: &buffer)
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count >= 65_536 { try flush() }
    }

    mutating func flush() throws {
        try file.write(contentsOf: Data(buffer))
        buffer.removeAll(keepingCapacity: true)
    }
}
