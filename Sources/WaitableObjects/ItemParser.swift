import StatesLanguage

/// What finds items in the bytes of an object, one after the other.
protocol ItemParser: Sendable {
    /// The next thing in some bytes.
    ///
    /// - Parameters:
    ///   - bytes: From where the last one has ended.
    ///   - isLast: Whether the object ends with them.
    /// - Throws: What is wrong with the object.
    mutating func next(in bytes: ArraySlice<UInt8>, isLast: Bool) throws(ItemFault) -> ParsedItem

    /// What it has to know to go on later, as members of a position.
    func write(to position: inout JSONObject)
}

/// What stands next in an object.
enum ParsedItem: Equatable {
    /// An item, and how many bytes it takes.
    case item(JSON, count: Int)
    /// Something that is no item, and how many bytes it takes.
    case other(count: Int)
    /// It is cut off by the end of the bytes.
    case cutOff
    /// There are no more items.
    case end
}

extension ItemFormat {
    /// What finds items of the format, from the beginning of an object or from a position.
    func parser(from position: JSONObject?) throws(ItemFault) -> any ItemParser {
        switch self {
        case .jsonLines: LineParser(from: position)
        case .csv(let delimiter, let headers): try RowParser(delimiter: delimiter, headers: headers, from: position)
        case .json(let pointer): ElementParser(pointer: pointer, from: position)
        }
    }
}

/// Parts of parsers.
enum ItemBytes {
    /// What text may begin with.
    static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// How many bytes the mark at the beginning of an object takes; `nil` where more of it must be seen.
    static func mark(in bytes: ArraySlice<UInt8>, isLast: Bool) -> Int? {
        if bytes.starts(with: byteOrderMark) { return byteOrderMark.count }
        return !isLast && bytes.count < byteOrderMark.count && byteOrderMark.starts(with: bytes) ? nil : 0
    }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    /// A JSON value, read.
    static func value(_ bytes: ArraySlice<UInt8>, _ what: String) throws(ItemFault) -> JSON {
        do throws(JSONError) {
            return try JSON(parsing: bytes)
        } catch {
            throw ItemFault("\(what) is no JSON: \(error)")
        }
    }
}
