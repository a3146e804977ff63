import Foundation

/// The width of what the command prints on.
enum Terminal {
    /// The narrowest width that lists are laid out for.
    static let narrowest = 40

    /// The columns of the terminal, or those that `COLUMNS` says; `nil` where the output is no terminal: programs read
    /// rows, one a line.
    static var columns: Int? {
        if let text = ProcessInfo.processInfo.environment["COLUMNS"], let columns = Int(text), columns > 0 {
            return max(columns, narrowest)
        }
        var size = winsize()
        guard ioctl(FileHandle.standardOutput.fileDescriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return nil
        }
        return max(Int(size.ws_col), narrowest)
    }
}
