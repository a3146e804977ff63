import Foundation

/// What a command says beside its output, on standard error.
enum Notice {
    static func say(_ text: String) {
        // What was printed before it stands before it, also where both go to one file.
        fflush(nil)
        write("waitable: \(text)\n")
    }

    /// Writes to standard error; where nobody reads it any more the text is nobody's.
    static func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
}
