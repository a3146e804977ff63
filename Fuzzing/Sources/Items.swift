import JSONValues
import StatesLanguage
import WaitableItems

@testable import WaitableObjects

/// Items: operations on them, and the objects that they are read from.
extension Fuzzing {
    /// A line with the operation's name, then its parameters.
    @Sendable static func item(_ bytes: ArraySlice<UInt8>) {
        let (name, rest) = halves(bytes)
        let names: [String: ItemOperationName] = [
            "putItem": .putItem, "updateItem": .updateItem, "getItem": .getItem, "deleteItem": .deleteItem,
        ]
        guard let operation = names[name] else { return }
        _ = try? ItemOperation(operation, parameters: value(rest), keyAttributes: KeyAttributes())
    }

    /// A line with the operation's name, then its parameters: of declared tables.
    @Sendable static func table(_ bytes: ArraySlice<UInt8>) {
        let (name, rest) = halves(bytes)
        if let schema = try? TableSchema(name) {
            precondition((try? TableSchema(schema.text)) == schema, "another key after it was written")
            precondition((try? TableSchema(json: schema.json)) == schema, "another key after it was written")
        }
        guard let action = ItemOperationName(rawValue: name) else { return }
        let parameters = value(rest)
        _ = TableOperation.tableName(in: parameters)
        guard let operation = try? TableOperation(action, parameters: parameters) else { return }
        let program = operation.program(task: 1, echo: .null)
        precondition((try? JSON(parsing: program)) != nil, "a program that is no JSON")
    }

    /// A line with the format, then an object, which is read at once and in pieces: both have to come to the same.
    @Sendable static func object(_ bytes: ArraySlice<UInt8>) {
        let (name, rest) = halves(bytes)
        _ = ObjectList(Array(rest))
        let formats: [String: ItemFormat] = [
            "lines": .jsonLines, "csv": .csv(delimiter: UInt8(ascii: ","), headers: nil),
            "semicolon": .csv(delimiter: UInt8(ascii: ";"), headers: ["a", "b"]), "json": .json(pointer: []),
            "pointer": .json(pointer: ["a", "b"]),
        ]
        guard let format = formats[name] else { return }
        let whole = pages(of: format, pieces: [rest.dropFirst()], inPage: 100_000)
        let parts = pages(of: format, pieces: pieces(of: rest), inPage: 2)
        precondition(whole.items == parts.items, "other items, read in pieces")
        precondition(whole.isRead == parts.isRead, "readable in one way only")
    }

    /// The items of an object that is read page by page, each page from a position that was written and read again.
    private static func pages(
        of format: ItemFormat,
        pieces: [ArraySlice<UInt8>],
        inPage most: Int
    ) -> (items: [JSON], isRead: Bool) {
        let bytes = pieces.flatMap { $0 }
        let size = max(1, pieces.first?.count ?? 1)
        var items: [JSON] = []
        var position: String?
        do throws(ItemFault) {
            repeat {
                var page = try ItemPage(format, from: position, most: most)
                while !page.isFull {
                    let start = Int(page.offset)
                    let end = min(start + size, bytes.count)
                    try page.take(Array(bytes[start..<end]), version: "1", isLast: end == bytes.count)
                }
                items += page.items
                position = page.position
            } while position != nil
            return (items, true)
        } catch {
            // What stood before the fault may have been in the same page.
            return ([], false)
        }
    }
}
