import Waitable

extension DocumentError {
    /// The error as a caller is told it.
    var sentence: String { "The document of the execution '\(key)' in Redis is damaged: it \(reason)." }
}
