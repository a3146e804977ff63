import Logging
import StatesLanguage
import Waitable

extension Execution {
    /// What a log line says of an execution: its name and state, and the error where there is one. Never its input or
    /// output, nor a cause, which is made of them.
    func metadata(error: String? = nil) -> Logger.Metadata {
        var metadata: Logger.Metadata = ["execution": "\(key)"]
        if let state = flow?.state { metadata["state"] = "\(state)" }
        if let error { metadata["error"] = "\(error)" }
        return metadata
    }
}
