import Foundation

/// Shows one text after another in the same place of a terminal; below each other where the output is none.
struct Screen {
    /// Whether the output is a terminal.
    let isTerminal = isatty(FileHandle.standardOutput.fileDescriptor) == 1

    /// Shows a text of several lines in place of the last one.
    mutating func show(_ text: String) {
        let text = text.escapingControlsInLines
        // Home, then the rest of each line, then what is below: no flicker from an emptied screen.
        Output.write(
            isTerminal ? "\u{1B}[H" + text.replacing("\n", with: "\u{1B}[K\n") + "\u{1B}[K\n\u{1B}[J" : text + "\n"
        )
    }
}
