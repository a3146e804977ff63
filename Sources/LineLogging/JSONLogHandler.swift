package import Logging

/// A log as one JSON object a line: `time`, `level`, `label`, `message`, then the metadata, flat.
///
/// Values are always strings, or arrays of strings, so that a field has one type in whatever indexes them; a dictionary
/// in the metadata becomes fields with dots in their names. Metadata under the name of one of the first four gets
/// `meta.` before it. A text beyond 4 KiB is cut. What a caller logs is written as it is: to leave secrets out is the caller's part.
package struct JSONLogHandler: LogHandler {
    private let label: String
    private let output: LineOutput

    /// The lowest level that is written.
    package var logLevel = Logger.Level.info
    /// What every line says.
    package var metadata: Logger.Metadata = [:]
    /// Where more of that comes from.
    package var metadataProvider: Logger.MetadataProvider?

    /// A handler.
    ///
    /// - Parameters:
    ///   - label: The logger's label.
    ///   - output: Where the lines go.
    package init(label: String, output: LineOutput = .standardError) {
        self.label = label
        self.output = output
    }

    /// One entry of ``metadata``.
    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one line.
    package func log(event: LogEvent) {
        output.write(line(event, event.allMetadata(metadata, metadataProvider))) { count in
            line(.dropped, ["lines": "\(count)"])
        }
    }

    private func line(_ event: LogEvent, _ metadata: Logger.Metadata) -> [UInt8] {
        var line = JSONLine()
        line.addTime()
        line.add("level", event.level.rawValue)
        line.add("label", label)
        line.add("message", event.message.description)
        // A fixed order, so that lines can be compared.
        for (name, value) in metadata.sorted(by: { $0.key < $1.key }) {
            line.add(Self.reserved.contains(name) ? "meta.\(name)" : name, value)
        }
        return line.finished()
    }

    private static let reserved: Set<Spelling> = ["time", "level", "label", "message"]
}
