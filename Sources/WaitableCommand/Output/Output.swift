import StatesLanguage

/// Standard output. Everything that the command prints goes through here, so that nothing that came from outside (an Id, a
/// cause, a worker's name, an answer of somebody else's server) can move a terminal's cursor, turn the direction of reading, or
/// look like a line of its own.
enum Output {
    /// Prints as it is: for what has been escaped, and is to move the cursor.
    static func write(_ text: String, terminator: String = "\n") { Swift.print(text, terminator: terminator) }
}

/// Prints one line: also the ends of lines in it are shown escaped. It stands in front of Swift's own, for all of the command.
func print(_ items: Any..., separator: String = " ", terminator: String = "\n") {
    Output.write(items.map { "\($0)" }.joined(separator: separator).escapingControls, terminator: terminator)
}

/// Prints a text of several lines, whose parts have been escaped before they were put together: a table, a picture, help.
func print(block: String, terminator: String = "\n") {
    Output.write(block.escapingControlsInLines, terminator: terminator)
}

/// Prints a JSON value, on one line.
func print(json: JSON) { Output.write(json.text.escapingControlsOfJSON) }
