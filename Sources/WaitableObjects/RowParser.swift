import StatesLanguage

/// Rows of fields with names: CSV. Every field is a text. A row with fewer fields than there are names has empty ones in
/// their place, of one with more the others are passed over, and so are empty lines.
///
/// Source: RFC 4180; AWS Step Functions developer guide, "ItemReader (Map)", "CSV file".
struct RowParser: ItemParser {
    private let delimiter: UInt8
    /// The names of the fields; `nil` until the first row is read.
    private var headers: [String]?
    /// Whether the first row has the names.
    private let readsHeaders: Bool
    /// How many rows have been read.
    private var rows: Int

    init(delimiter: UInt8, headers: [String]?, from position: JSONObject?) throws(ItemFault) {
        self.delimiter = delimiter
        readsHeaders = headers == nil
        self.headers = try headers.map(Self.checked) ?? position?["h"]?.arrayValue?.compactMap(\.stringValue)
        rows = position?["n"]?.countValue ?? 0
    }

    func write(to position: inout JSONObject) {
        if readsHeaders { position["h"] = headers.map { .array($0.map(JSON.string)) } }
        position["n"] = .integer(Int64(rows))
    }

    /// The most bytes of the first row, as AWS has it.
    static let mostHeaderBytes = 10_240

    /// The names, of which none stands twice but the empty one.
    private static func checked(_ names: [String]) throws(ItemFault) -> [String] {
        var known: Set<Spelling> = []
        for name in names where !name.isEmpty {
            guard known.insert(Spelling(name)).inserted else {
                throw ItemFault("CSV headers cannot contain duplicates.", isOfAWS: true)
            }
        }
        return names
    }

    mutating func next(in bytes: ArraySlice<UInt8>, isLast: Bool) throws(ItemFault) -> ParsedItem {
        if bytes.isEmpty { return isLast ? .end : .cutOff }
        guard let start = rows == 0 ? ItemBytes.mark(in: bytes, isLast: isLast) : 0 else { return .cutOff }
        guard let (fields, end) = try row(in: bytes.dropFirst(start), isLast: isLast) else { return .cutOff }
        rows += 1
        let count = end - bytes.startIndex
        guard let fields else { return .other(count: count) }
        guard let headers else {
            guard count <= Self.mostHeaderBytes else {
                throw ItemFault("The first row, which has the headers, has more than \(Self.mostHeaderBytes) bytes")
            }
            self.headers = try Self.checked(fields)
            return .other(count: count)
        }
        var item = JSONObject(minimumCapacity: headers.count)
        for (index, name) in headers.enumerated() { item[name] = .string(index < fields.count ? fields[index] : "") }
        return .item(.object(item), count: count)
    }

    /// The fields of the row that some bytes begin with, `nil` for an empty line, and where the next one begins; `nil` where it is
    /// cut off.
    private func row(in bytes: ArraySlice<UInt8>, isLast: Bool) throws(ItemFault) -> (fields: [String]?, end: Int)? {
        var fields: [String] = []
        var field: [UInt8] = []
        var place = bytes.startIndex
        var isQuoted = false
        let quote = UInt8(ascii: "\"")
        while true {
            // At the beginning of a field, or behind a plain part of one.
            guard place < bytes.endIndex else {
                guard isLast else { return nil }
                if fields.isEmpty, field.isEmpty, !isQuoted { return (nil, place) }
                fields.append(try text(field))
                return (fields, place)
            }
            let byte = bytes[place]
            if byte == quote, field.isEmpty, !isQuoted {
                guard let end = try quoted(in: bytes, from: place + 1, isLast: isLast, &field) else { return nil }
                isQuoted = true
                place = end
                guard place < bytes.endIndex else { continue }
                guard [delimiter, 0x0A, 0x0D].contains(bytes[place]) else {
                    throw ItemFault("Row \(rows + 1) has text behind the closing quotation mark of a field")
                }
                continue
            }
            switch byte {
            case delimiter:
                fields.append(try text(field))
                field = []
                isQuoted = false
                place += 1
            case 0x0A, 0x0D:
                var end = place + 1
                if byte == 0x0D {
                    guard end < bytes.endIndex || isLast else { return nil }
                    if end < bytes.endIndex, bytes[end] == 0x0A { end += 1 }
                }
                if fields.isEmpty, field.isEmpty, !isQuoted { return (nil, end) }
                fields.append(try text(field))
                return (fields, end)
            default:
                field.append(byte)
                place += 1
            }
        }
    }

    /// Reads a field to its closing quotation mark.
    ///
    /// - Returns: Where it ends; `nil` where it is cut off.
    private func quoted(
        in bytes: ArraySlice<UInt8>,
        from start: Int,
        isLast: Bool,
        _ field: inout [UInt8]
    ) throws(ItemFault) -> Int? {
        let quote = UInt8(ascii: "\"")
        var place = start
        while place < bytes.endIndex {
            if bytes[place] != quote {
                field.append(bytes[place])
                place += 1
                continue
            }
            // Two of them are one within the field.
            guard place + 1 < bytes.endIndex else { return isLast ? place + 1 : nil }
            guard bytes[place + 1] == quote else { return place + 1 }
            field.append(quote)
            place += 2
        }
        guard isLast else { return nil }
        throw ItemFault("Row \(rows + 1) has a field without a closing quotation mark")
    }

    private func text(_ field: [UInt8]) throws(ItemFault) -> String {
        guard let text = String(validating: field, as: UTF8.self) else {
            throw ItemFault("Row \(rows + 1) has a field that is not UTF-8")
        }
        return text
    }
}
