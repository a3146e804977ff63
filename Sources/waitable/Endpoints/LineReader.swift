import Foundation
import StatesLanguage
import Waitable

/// Reads a file line by line, a piece at a time, so that its size does not matter.
struct LineReader {
    private let file: FileHandle
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtEnd = false
    /// The lines read so far.
    private(set) var lines = 0
    /// The bytes read so far.
    private(set) var bytes = 0

    /// The longest line, in bytes; beyond it, it cannot be an item.
    static let longestLine = 65_536

    /// Opens a file; `-` is the standard input.
    init(path: String) throws {
        if path == "-" {
            file = .standardInput
        } else {
            guard let file = FileHandle(forReadingAtPath: path) else {
                throw FieldError(field: "--file", rule: "must be a readable file, or - for standard input", value: path)
            }
            self.file = file
        }
    }

    /// The next line without its end; `nil` after the last.
    mutating func next() throws -> [UInt8]? {
        while true {
            if let end = buffer[start...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { start = end + 1 }
                lines += 1
                return Array(buffer[start..<end])
            }
            if isAtEnd {
                guard start < buffer.count else { return nil }
                defer { start = buffer.count }
                lines += 1
                return Array(buffer[start...])
            }
            guard buffer.count - start <= Self.longestLine else {
                throw FieldError(
                    field: "line \(lines + 1)",
                    rule: "must have at most \(Self.longestLine) bytes",
                    value: nil
                )
            }
            buffer.removeFirst(start)
            start = 0
            let piece = try file.read(upToCount: 65_536) ?? Data()
            isAtEnd = piece.isEmpty
            bytes += piece.count
            buffer.append(contentsOf: piece)
        }
    }
}
