import Foundation
import StatesLanguage
import Waitable

/// Reads a file line by line, a piece at a time, so that its size does not matter.
struct LineReader {
    private let file: FileHandle
    private var buffer: [UInt8] = []
    private var start = 0
    /// Up to where there is no end of a line: a long one is not searched anew with each piece.
    private var searched = 0
    private var isAtEnd = false
    /// The lines read so far.
    private(set) var lines = 0
    /// The bytes read so far.
    private(set) var bytes = 0

    /// The longest line of an item, in bytes.
    static let longestLine = 65_536
    private let limit: Int

    /// Opens a file; `-` is the standard input.
    ///
    /// - Parameter limit: The longest line, in bytes.
    init(path: String, limit: Int = Self.longestLine) throws {
        self.limit = limit
        if path == "-" {
            file = .standardInput
        } else {
            guard let file = FileHandle(forReadingAtPath: path) else {
                throw FieldError(field: "--file", rule: "must be a readable file, or - for standard input", value: path)
            }
            self.file = file
        }
    }

    /// What is read of a file, one after the other.
    enum Line: Equatable {
        /// A line without its end.
        case text([UInt8])
        /// A line that is too long; nothing of it is kept.
        case tooLong
    }

    /// The next line; `nil` after the last.
    mutating func next() throws -> Line? {
        var isTooLong = false
        while true {
            if let end = buffer[max(start, searched)...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { start = end + 1 }
                return line(upTo: end, isTooLong)
            }
            if isAtEnd {
                guard start < buffer.count || isTooLong else { return nil }
                defer { start = buffer.count }
                return line(upTo: buffer.count, isTooLong)
            }
            if buffer.count - start > limit { isTooLong = true }
            buffer.removeFirst(isTooLong ? buffer.count : start)
            searched = buffer.count
            start = 0
            let piece = try file.read(upToCount: 65_536) ?? Data()
            isAtEnd = piece.isEmpty
            bytes += piece.count
            buffer.append(contentsOf: piece)
        }
    }

    private mutating func line(upTo end: Int, _ isTooLong: Bool) -> Line {
        lines += 1
        return isTooLong || end - start > limit ? .tooLong : .text(Array(buffer[start..<end]))
    }
}
