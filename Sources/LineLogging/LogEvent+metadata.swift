import Logging

extension LogEvent {
    /// What is said in place of lines that nobody read in time.
    static var dropped: LogEvent {
        LogEvent(
            level: .warning,
            message: "lines of the log are missing: nobody read them in time",
            metadata: nil,
            source: "LineLogging",
            file: #fileID,
            function: #function,
            line: #line
        )
    }

    /// What a line says beside its message: the handler's metadata, the provider's, the event's own, and its error.
    func allMetadata(_ metadata: Logger.Metadata, _ provider: Logger.MetadataProvider?) -> Logger.Metadata {
        var all = metadata
        if let provided = provider?.get() { all.merge(provided) { $1 } }
        if let own = self.metadata { all.merge(own) { $1 } }
        if let error, all["error"] == nil { all["error"] = "\(error)" }
        return all
    }
}
