import Foundation
package import Logging

/// A log as text for people, one line an entry: `TIME LEVEL LABEL: NAME=VALUE … MESSAGE`.
///
/// Whatever is logged stays on its line and in its field: a value with blanks, `=`, quotes or what is no plain text is in
/// quotes, and a text beyond 4 KiB is cut. What a caller logs is written as it is otherwise: to leave
/// secrets out is the caller's part.
package struct TextLogHandler: LogHandler {
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
        var words = [Date.now.formatted(Self.instants), event.level.rawValue, label + ":"]
        // A fixed order, so that lines can be compared.
        for (name, value) in metadata.sorted(by: { $0.key < $1.key }) {
            words.append("\(name.escapingControls)=\(LogText.value(LogText.shortened(value.description)))")
        }
        words.append(LogText.shortened(event.message.description).escapingControls)
        return Array(words.joined(separator: " ").utf8) + [0x0A]
    }

    private static let instants = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
}
