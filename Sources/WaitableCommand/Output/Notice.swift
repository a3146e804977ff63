import Foundation

/// What a command says beside its output, on standard error.
enum Notice {
    /// Says one line: also the ends of lines in it are shown escaped.
    static func say(_ text: String) { say(block: "waitable: " + text.escapingControls) }

    /// Says a text of several lines, whose parts have been escaped before they were put together.
    static func say(block text: String) {
        // What was printed before it stands before it, also where both go to one file.
        fflush(nil)
        write(text.escapingControlsInLines + "\n")
    }

    /// Writes to standard error as it is; where nobody reads it any more the text is nobody's.
    static func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
}
