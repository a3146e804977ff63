import StatesLanguage

/// A JSON value a line: JSON Lines. Lines without anything are passed over.
struct LineParser: ItemParser {
    /// How many lines have been read.
    private var lines: Int

    init(from position: JSONObject?) { lines = position?["n"]?.countValue ?? 0 }

    func write(to position: inout JSONObject) { position["n"] = .integer(Int64(lines)) }

    mutating func next(in bytes: ArraySlice<UInt8>, isLast: Bool) throws(ItemFault) -> ParsedItem {
        if bytes.isEmpty { return isLast ? .end : .cutOff }
        guard let start = lines == 0 ? ItemBytes.mark(in: bytes, isLast: isLast) : 0 else { return .cutOff }
        let newline = bytes.dropFirst(start).firstIndex(of: 0x0A)
        guard newline != nil || isLast else { return .cutOff }
        let line = bytes[(bytes.startIndex + start)..<(newline ?? bytes.endIndex)]
        let count = (newline.map { $0 + 1 } ?? bytes.endIndex) - bytes.startIndex
        lines += 1
        guard line.contains(where: { !ItemBytes.isSpace($0) }) else { return .other(count: count) }
        return .item(try ItemBytes.value(line, "Line \(lines)"), count: count)
    }
}
