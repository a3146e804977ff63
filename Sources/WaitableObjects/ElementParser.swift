import StatesLanguage

/// The elements of an array, which is the whole document or stands where a JSON Pointer says.
struct ElementParser: ItemParser {
    /// Where it stands.
    private enum Place: Int {
        /// Before the array.
        case outside
        /// Before the first element.
        case first
        /// Behind an element.
        case behind
        /// Behind the array.
        case end
    }

    private let pointer: [String]
    private var place: Place
    /// How many elements have been read.
    private var elements: Int

    init(pointer: [String], from position: JSONObject?) {
        self.pointer = pointer
        place = position?["d"]?.countValue.flatMap(Place.init) ?? .outside
        elements = position?["n"]?.countValue ?? 0
    }

    func write(to position: inout JSONObject) {
        position["d"] = .integer(Int64(place.rawValue))
        position["n"] = .integer(Int64(elements))
    }

    mutating func next(in bytes: ArraySlice<UInt8>, isLast: Bool) throws(ItemFault) -> ParsedItem {
        switch place {
        case .end: return .end
        case .outside:
            guard let start = ItemBytes.mark(in: bytes, isLast: isLast) else { return .cutOff }
            guard let array = try beginning(in: bytes.dropFirst(start), isLast: isLast) else { return .cutOff }
            place = .first
            return .other(count: array - bytes.startIndex)
        case .first, .behind: return try element(in: bytes, isLast: isLast)
        }
    }

    private mutating func element(in bytes: ArraySlice<UInt8>, isLast: Bool) throws(ItemFault) -> ParsedItem {
        var scanner = ValueScanner(bytes, isLast: isLast)
        scanner.skipSpace()
        guard let byte = scanner.byte else { return try cutOff(isLast) }
        if byte == UInt8(ascii: "]") {
            place = .end
            return .other(count: scanner.place + 1 - bytes.startIndex)
        }
        if place == .behind {
            guard byte == UInt8(ascii: ",") else {
                throw ItemFault("Behind item \(elements) stands neither ',' nor ']'")
            }
            scanner.place += 1
            scanner.skipSpace()
        }
        guard scanner.byte != nil else { return try cutOff(isLast) }
        let start = scanner.place
        guard scanner.skipValue() else { return try cutOff(isLast) }
        elements += 1
        let item = try ItemBytes.value(bytes[start..<scanner.place], "Item \(elements)")
        place = .behind
        return .item(item, count: scanner.place - bytes.startIndex)
    }

    private func cutOff(_ isLast: Bool) throws(ItemFault) -> ParsedItem {
        guard isLast else { return .cutOff }
        throw ItemFault("The array of items has no end: the file is cut off behind item \(elements)")
    }

    /// Where the array's first element may stand; `nil` where more must be seen.
    private func beginning(in bytes: ArraySlice<UInt8>, isLast: Bool) throws(ItemFault) -> Int? {
        var scanner = ValueScanner(bytes, isLast: isLast)
        func missing() -> ItemFault {
            let place =
                pointer.isEmpty ? "The document" : "The value at ItemsPointer '/\(pointer.joined(separator: "/"))'"
            return ItemFault("\(place) is no array")
        }
        for token in pointer {
            scanner.skipSpace()
            guard let byte = scanner.byte else { return try unseen(isLast, missing()) }
            guard byte == UInt8(ascii: "{") else { throw missing() }
            scanner.place += 1
            while true {
                scanner.skipSpace()
                guard let byte = scanner.byte else { return try unseen(isLast, missing()) }
                guard byte == UInt8(ascii: "\"") else { throw missing() }
                let start = scanner.place
                guard scanner.skipValue() else { return try unseen(isLast, missing()) }
                let key = try ItemBytes.value(bytes[start..<scanner.place], "A name").stringValue ?? ""
                scanner.skipSpace()
                guard let colon = scanner.byte else { return try unseen(isLast, missing()) }
                guard colon == UInt8(ascii: ":") else { throw missing() }
                scanner.place += 1
                if key.utf8.elementsEqual(token.utf8) { break }
                scanner.skipSpace()
                guard scanner.byte != nil, scanner.skipValue() else { return try unseen(isLast, missing()) }
                scanner.skipSpace()
                guard let comma = scanner.byte else { return try unseen(isLast, missing()) }
                guard comma == UInt8(ascii: ",") else { throw missing() }
                scanner.place += 1
            }
        }
        scanner.skipSpace()
        guard let byte = scanner.byte else { return try unseen(isLast, missing()) }
        guard byte == UInt8(ascii: "[") else {
            throw pointer.isEmpty ? ItemFault("Attempting to map over non-iterable node.", isOfAWS: true) : missing()
        }
        return scanner.place + 1
    }

    private func unseen(_ isLast: Bool, _ fault: ItemFault) throws(ItemFault) -> Int? {
        if isLast { throw fault }
        return nil
    }
}

/// Goes over JSON values without reading them: what they are is seen when they are read.
private struct ValueScanner {
    private let bytes: ArraySlice<UInt8>
    private let isLast: Bool
    var place: Int

    init(_ bytes: ArraySlice<UInt8>, isLast: Bool) {
        self.bytes = bytes
        self.isLast = isLast
        place = bytes.startIndex
    }

    var byte: UInt8? { place < bytes.endIndex ? bytes[place] : nil }

    mutating func skipSpace() { while let byte, ItemBytes.isSpace(byte) { place += 1 } }

    /// Goes behind a value; `false` where it is cut off.
    mutating func skipValue() -> Bool {
        var depth = 0
        while let byte {
            switch byte {
            case UInt8(ascii: "\""):
                guard skipString() else { return false }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                place += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                place += 1
            case _ where depth > 0: place += 1
            default: return skipWord()
            }
            if depth <= 0 { return true }
        }
        return false
    }

    private mutating func skipString() -> Bool {
        place += 1
        while let byte {
            place += byte == UInt8(ascii: "\\") ? 2 : 1
            if byte == UInt8(ascii: "\"") { return true }
        }
        return false
    }

    /// A number, or `true`, `false`, `null`: it goes on to the next mark.
    private mutating func skipWord() -> Bool {
        while let byte {
            if ItemBytes.isSpace(byte) || ",]}".utf8.contains(byte) { return true }
            place += 1
        }
        return isLast
    }
}
