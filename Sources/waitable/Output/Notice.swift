import Foundation

/// What a command says beside its output, on standard error.
enum Notice {
    static func say(_ text: String) {
        // What was printed before it stands before it, also where both go to one file.
        fflush(nil)
        FileHandle.standardError.write(Data("waitable: \(text)\n".utf8))
    }
}
