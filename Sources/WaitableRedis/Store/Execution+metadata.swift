package import Logging
import StatesLanguage
package import Waitable

extension Execution {
    /// What a log line says of an execution: its name and state, and the error where there is one. Never its input or
    /// output, nor a cause, which is made of them.
    package func metadata(error: String? = nil) -> Logger.Metadata {
        var metadata: Logger.Metadata = ["execution": "\(key)"]
        if let state = flow?.state { metadata["state"] = "\(state)" }
        if let error { metadata["error"] = "\(error)" }
        return metadata
    }
}

extension Logger {
    /// Says that a step which stands has failed its execution; nothing of any other step. Whoever commits a step, a worker
    /// or an ingest, says so alike.
    package func committed(_ step: Step) {
        let execution = step.execution
        guard execution.status == .failed || execution.status == .timedOut else { return }
        info("execution failed", metadata: execution.metadata(error: execution.failure?.error))
    }
}
