/// Splits a stream of bytes into lines, with no more than one line in memory.
///
/// A line ends with a line feed, or with the stream. Lines are numbered from 1, blank ones too, as an editor does.
struct LineSplitter {
    /// A line of the stream.
    enum Line: Equatable {
        /// A line without its line feed.
        case whole(number: Int, bytes: ArraySlice<UInt8>)
        /// A line over the limit; its bytes were let go, and the next line is read as ever.
        case tooLong(number: Int)
    }

    private let limit: Int
    private var number = 1
    /// The beginning of a line whose end has not come yet.
    private var begun: [UInt8] = []
    private var isTooLong = false

    /// A splitter.
    ///
    /// - Parameter limit: The most bytes of a line.
    init(limit: Int) { self.limit = limit }

    /// Takes the next bytes, and returns the lines that end in them, without blank ones.
    mutating func lines(in chunk: [UInt8]) -> [Line] {
        var lines: [Line] = []
        var start = chunk.startIndex
        while let end = chunk[start...].firstIndex(of: UInt8(ascii: "\n")) {
            if let line = line(endingWith: chunk[start..<end]) { lines.append(line) }
            start = end + 1
        }
        keep(chunk[start...])
        return lines
    }

    /// The last line, where the stream did not end with a line feed.
    mutating func lastLine() -> Line? { line(endingWith: []) }

    private mutating func keep(_ bytes: ArraySlice<UInt8>) {
        isTooLong = isTooLong || begun.count + bytes.count > limit
        if isTooLong { begun = [] } else { begun.append(contentsOf: bytes) }
    }

    private mutating func line(endingWith bytes: ArraySlice<UInt8>) -> Line? {
        defer {
            begun.removeAll(keepingCapacity: true)
            isTooLong = false
            number += 1
        }
        if begun.isEmpty, !isTooLong, bytes.count <= limit {
            return bytes.allSatisfy(Self.isBlank) ? nil : .whole(number: number, bytes: bytes)
        }
        keep(bytes)
        if isTooLong { return .tooLong(number: number) }
        return begun.allSatisfy(Self.isBlank) ? nil : .whole(number: number, bytes: begun[...])
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
}
