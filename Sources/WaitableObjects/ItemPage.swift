package import StatesLanguage

/// A page of items that is read out of an object, from the position where the last one has ended.
package struct ItemPage: Sendable {
    /// The items.
    package private(set) var items: [JSON] = []
    /// The version of the object that the pages before were read from; `nil` for the first page.
    package private(set) var version: String?
    /// Where the bytes begin that come next, in the object.
    package private(set) var offset: Int64
    /// Whether there are no more items.
    package private(set) var isAtEnd = false
    private var parser: any ItemParser
    private var bytes = 0
    /// How many bytes have no item.
    private var passedOver = 0
    private let most: Int
    private let mostPassedOver: Int
    /// What is cut off by the end of what was read: the next page begins with it.
    package private(set) var rest: [UInt8] = []

    /// How many bytes the items of a page have, about.
    private static let mostBytes = 65_536
    /// How many bytes an item, and what stands before the first one, may have in the object.
    package static let mostItemBytes = 1_048_576

    /// - Parameters:
    ///   - position: What ``position`` was of the page before; `nil` for the first page.
    ///   - most: How many items it has at the most.
    ///   - mostPassedOver: How many bytes without an item, such as empty lines, it passes over, about.
    package init(
        _ format: ItemFormat,
        from position: String?,
        most: Int,
        mostPassedOver: Int = 16_777_216
    ) throws(ItemFault) {
        var place: JSONObject?
        if let position {
            guard let object = (try? JSON(parsing: position))?.objectValue, let start = object["o"]?.integerValue,
                let known = object["v"]?.stringValue
            else { throw ItemFault("The position is none: \(position)") }
            place = object
            offset = start
            version = known
        } else {
            offset = 0
        }
        parser = try format.parser(from: place)
        self.most = most
        self.mostPassedOver = mostPassedOver
    }

    /// Whether it takes no more. Where it has passed over a lot, it may have no items, and yet not be the last one.
    package var isFull: Bool {
        isAtEnd || items.count >= most || bytes >= Self.mostBytes || passedOver >= mostPassedOver
    }

    /// Where the next page begins; `nil` where there is none.
    package var position: String? {
        guard !isAtEnd, let version else { return nil }
        var object: JSONObject = ["v": .string(version), "o": .integer(offset - Int64(rest.count))]
        parser.write(to: &object)
        return JSON.object(object).text
    }

    /// Takes the next bytes of the object.
    ///
    /// - Parameters:
    ///   - version: What tells the object's content from any other.
    ///   - isLast: Whether the object ends with them.
    package mutating func take(_ chunk: [UInt8], version: String, isLast: Bool) throws(ItemFault) {
        if let known = self.version {
            guard known == version else { throw .changed(from: known, to: version) }
        }
        self.version = version
        offset += Int64(chunk.count)
        rest += chunk
        var place = rest.startIndex
        defer { rest.removeFirst(place) }
        while !isFull {
            switch try parser.next(in: rest[place...], isLast: isLast) {
            case .item(let item, let count):
                let size = item.textSize(upTo: DataLimit.bytes)
                guard size <= DataLimit.bytes else {
                    throw ItemFault("An item has more than \(DataLimit.bytes) bytes")
                }
                items.append(item)
                bytes += size
                place += count
            case .other(let count):
                passedOver += count
                place += count
            case .end: isAtEnd = true
            case .cutOff:
                guard rest.count - place <= Self.mostItemBytes else {
                    throw ItemFault("More than \(Self.mostItemBytes) bytes have no whole item")
                }
                return
            }
        }
    }
}
