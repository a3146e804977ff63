import LineLogging
import Logging

extension Logger {
    /// The log of a process that runs until it is told to stop, on standard error.
    static func process(_ name: String, _ settings: Settings) -> Logger {
        var logger = Logger(label: "waitable.\(name)") { label in
            switch settings.logFormat {
            case .text: TextLogHandler(label: label)
            case .json: JSONLogHandler(label: label)
            }
        }
        logger.logLevel = settings.logLevel
        return logger
    }
}
