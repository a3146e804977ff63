/// How many strings Redis's Lua makes of what is done to an item: of those in one chain of its hash table, which their author
/// can bring about, n take the time of n² / 2 comparisons (texts.lua).
enum ItemTexts {
    /// The strings in JSON, as texts.lua counts them where they are many: all but the names of DynamoDB's types, and those of
    /// one or two letters or digits.
    static func count(inJSON json: String) -> Int {
        var json = json
        return json.withUTF8 { bytes in
            var quotes = 0
            var short = 0
            for index in bytes.indices where bytes[index] == quote {
                quotes += 1
                guard index > 0, isBefore(bytes[index - 1]) else { continue }
                if isShort(bytes[(index + 1)...]) { short += 1 }
                if bytes[index - 1] == UInt8(ascii: "{"),
                    names.contains(where: { bytes[(index + 1)...].starts(with: $0.utf8) })
                {
                    short += 1
                }
            }
            return quotes / 2 - short
        }
    }

    /// The values in JSON, and the objects around them, as items.lua counts them: no text has `{"` in it.
    static func values(inJSON json: String) -> Int {
        var json = json
        return json.withUTF8 { bytes in
            zip(bytes, bytes.dropFirst()).count { $0 == UInt8(ascii: "{") && $1 == quote }
        }
    }

    private static let quote = UInt8(ascii: "\"")
    private static let names = [#"NULL":"#, #"BOOL":"#]

    private static func isBefore(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "[") || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "{")
    }

    private static func isShort(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        let content = bytes.prefix(3).prefix { $0 != quote }
        return (1...2).contains(content.count) && bytes.count > content.count && content.allSatisfy(isAlphanumeric)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}

extension ItemEffect {
    /// The values in it inside others, and the objects around them.
    package var values: Int {
        switch self {
        case .write(_, _, let values):
            values.lazy.filter { $0.utf8.starts(with: "{\"".utf8) }.reduce(0) { $0 + ItemTexts.values(inJSON: $1) }
        case .evaluate(_, let program, _, _), .tour(_, let program, _): ItemTexts.values(inJSON: program)
        case .delete: 0
        }
    }

    /// The names and texts in it that a caller may have chosen, which a call bounds.
    ///
    /// - Parameter known: A form whose names count elsewhere.
    package func texts(besides known: ItemForm? = nil) -> Int {
        switch self {
        case .write(_, let form, let values):
            values.count + (form === known ? 0 : form.fields.count + form.removed.count)
        case .evaluate(_, let program, _, _), .tour(_, let program, _): ItemTexts.count(inJSON: program)
        case .delete: 0
        }
    }
}
