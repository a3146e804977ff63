import Logging

/// The log of the framework's server. Once that has to end, it says as errors that it was cancelled, or is closed already: a
/// shutdown is none.
struct ServerLogHandler: LogHandler {
    private var base: any LogHandler
    private let isEnding: @Sendable () -> Bool

    init(_ base: any LogHandler, isEnding: @escaping @Sendable () -> Bool) {
        self.base = base
        self.isEnding = isEnding
    }

    var logLevel: Logger.Level {
        get { base.logLevel }
        set { base.logLevel = newValue }
    }

    var metadata: Logger.Metadata {
        get { base.metadata }
        set { base.metadata = newValue }
    }

    var metadataProvider: Logger.MetadataProvider? {
        get { base.metadataProvider }
        set { base.metadataProvider = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { base[metadataKey: key] }
        set { base[metadataKey: key] = newValue }
    }

    func log(event: LogEvent) {
        var event = event
        if isEnding() { event.level = min(event.level, .debug) }
        if event.level >= logLevel { base.log(event: event) }
    }
}
