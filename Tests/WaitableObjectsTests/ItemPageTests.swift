import StatesLanguage
import Testing

@testable import WaitableObjects

@Suite("Items in an object", .timeLimit(.minutes(1)))
struct ItemPageTests {
    /// Reads all items, in pages of some items and chunks of some bytes. Each page begins where the last one has ended.
    private func read(
        _ text: String,
        _ format: ItemFormat,
        page most: Int = 3,
        chunk size: Int = 5
    ) throws -> [JSON] {
        let bytes = Array(text.utf8)
        var items: [JSON] = []
        var position: String?
        repeat {
            var page = try ItemPage(format, from: position, most: most)
            while !page.isFull {
                let rest = bytes.dropFirst(Int(page.offset))
                let chunk = Array(rest.prefix(size))
                try page.take(chunk, version: "1", isLast: chunk.count == rest.count)
            }
            #expect(page.items.count <= most)
            items += page.items
            position = page.position
        } while position != nil
        return items
    }

    private func texts(_ text: String, _ format: ItemFormat) throws -> [String] {
        let whole = try read(text, format, page: 1_000, chunk: 1_000)
        for size in [1, 2, 7] {
            for most in [1, 2] { #expect(try read(text, format, page: most, chunk: size) == whole) }
        }
        return whole.map(\.text)
    }

    private func fault(_ text: String, _ format: ItemFormat) -> String? {
        do {
            let items = try read(text, format)
            Issue.record("It was read: \(items)")
            return nil
        } catch {
            return "\(error)"
        }
    }

    private static let csv = ItemFormat.csv(delimiter: UInt8(ascii: ","), headers: nil)

    @Test(
        "CSV: RFC 4180, and what AWS does with rows that are too short or too long",
        arguments: [
            ("a,b\n1,2\n3,4\n", [#"{"a":"1","b":"2"}"#, #"{"a":"3","b":"4"}"#]),
            // CRLF, CR, no line end at the end.
            ("a,b\r\n1,2\r\n3,4", [#"{"a":"1","b":"2"}"#, #"{"a":"3","b":"4"}"#]),
            ("a\r1\r2", [#"{"a":"1"}"#, #"{"a":"2"}"#]),
            // Quotation marks around delimiters, line ends and quotation marks.
            ("a,b\n\"1,\"\"x\"\"\",\"2\r\n3\"\n", [#"{"a":"1,\"x\"","b":"2\r\n3"}"#]),
            ("\"a\"\"b\",c\n\"\",\n", [#"{"a\"b":"","c":""}"#]),
            // A quotation mark within a field that has none around it.
            ("a\n1\"2\n", [#"{"a":"1\"2"}"#]),
            // A byte order mark, empty lines.
            ("\u{FEFF}a,b\n\n1,2\r\n\r\n\n3,4\n\n", [#"{"a":"1","b":"2"}"#, #"{"a":"3","b":"4"}"#]),
            // Too few, too many.
            ("a,b,c\n1\n1,2,3,4\n", [#"{"a":"1","b":"","c":""}"#, #"{"a":"1","b":"2","c":"3"}"#]),
            (",\n1,2\n", [#"{"":"2"}"#]),
            ("a,b\n", []), ("", []), ("\u{FEFF}", []),
            ("é,e\u{301}\nü,日本\n", ["{\"é\":\"ü\",\"e\u{301}\":\"日本\"}"]),
            ("a\n\"\"\n", [#"{"a":""}"#]),
        ]
    )
    func rows(text: String, items: [String]) throws {
        #expect(try texts(text, Self.csv) == items)
    }

    @Test("CSV: other delimiters, and headers that the definition gives")
    func delimiters() throws {
        let format = ItemFormat.csv(delimiter: UInt8(ascii: ";"), headers: ["x", "y"])
        #expect(try texts("1;2,3\n\"4;\";5\n", format) == [#"{"x":"1","y":"2,3"}"#, #"{"x":"4;","y":"5"}"#])
        let tabs = ItemFormat.csv(delimiter: UInt8(ascii: "\t"), headers: nil)
        #expect(try texts("a\tb\n1\t\n", tabs) == [#"{"a":"1","b":""}"#])
    }

    @Test(
        "CSV: what is no row is told with its number",
        arguments: [
            ("a,b\n1,\"2", "Row 2 has a field without a closing quotation mark"),
            ("a,b\n1,\"2\"3\n", "Row 2 has text behind the closing quotation mark of a field"),
        ]
    )
    func badRows(text: String, reason: String) { #expect(fault(text, Self.csv) == reason) }

    @Test("CSV: two fields with one name are refused in AWS's words, in the first row and in the definition")
    func duplicates() throws {
        let reason = "CSV headers cannot contain duplicates."
        #expect(fault("a,b,a\n1,2,3\n", Self.csv) == reason)
        #expect(fault("1\n", .csv(delimiter: UInt8(ascii: ","), headers: ["a", "a"])) == reason)
        // They only look the same.
        #expect(try texts("é,e\u{301}\n1,2\n", Self.csv) == ["{\"é\":\"1\",\"e\u{301}\":\"2\"}"])
    }

    @Test("CSV: what is not UTF-8 is told")
    func badText() throws {
        var page = try ItemPage(Self.csv, from: nil, most: 10)
        #expect(throws: ItemFault("Row 2 has a field that is not UTF-8")) {
            try page.take(Array("a\n".utf8) + [0xFF, 0x0A], version: "1", isLast: true)
        }
    }

    @Test(
        "JSON Lines: a value a line, lines without one are passed over",
        arguments: [
            ("{\"a\":1}\n[2]\n\"3\"", [#"{"a":1}"#, "[2]", #""3""#]),
            ("\u{FEFF}1\r\n\r\n \n2\n", ["1", "2"]), ("", []), ("\n", []),
        ]
    )
    func lines(text: String, items: [String]) throws { #expect(try texts(text, .jsonLines) == items) }

    @Test("JSON Lines: what is no JSON is told with its line")
    func badLine() {
        #expect(fault("1\n{\n", .jsonLines)?.hasPrefix("Line 2 is no JSON: ") == true)
    }

    @Test(
        "JSON: the elements of the array, at a pointer or of the whole",
        arguments: [
            (
                "[1,{\"a\":[2,\"]\"]},\"\\\"]\",null,-1.5e3]", [],
                ["1", #"{"a":[2,"]"]}"#, #""\"]""#, "null", "-1500.0"]
            ),
            (" [ ] ", [], []), ("[\n1\n]\n", [], ["1"]), ("\u{FEFF}[true]", [], ["true"]),
            (#"{"x":{"a/b":[9]},"a":{"c":[0],"a/b":[1,2]},"y":3}"#, ["a", "a/b"], ["1", "2"]),
            (#"{"\u0061":[1]}"#, ["a"], ["1"]),
        ] as [(String, [String], [String])]
    )
    func elements(text: String, pointer: [String], items: [String]) throws {
        #expect(try texts(text, .json(pointer: pointer)) == items)
    }

    @Test(
        "JSON: what is no array, or is cut off, is told",
        arguments: [
            ("{}", [], "Attempting to map over non-iterable node."), ("", [], "The document is no array"),
            (" 5", [], "Attempting to map over non-iterable node."),
            (#"{"a":1}"#, ["a"], "The value at ItemsPointer '/a' is no array"),
            (#"{"b":[]}"#, ["a"], "The value at ItemsPointer '/a' is no array"),
            ("[1,2", [], "The array of items has no end: the file is cut off behind item 2"),
            ("[1 2]", [], "Behind item 1 stands neither ',' nor ']'"),
        ] as [(String, [String], String)]
    )
    func badElements(text: String, pointer: [String], reason: String) {
        #expect(fault(text, .json(pointer: pointer)) == reason)
    }

    @Test("an object that is changed between two pages fails")
    func changed() throws {
        var page = try ItemPage(.jsonLines, from: nil, most: 1)
        try page.take(Array("1\n2\n".utf8), version: "1", isLast: false)
        var next = try ItemPage(.jsonLines, from: page.position, most: 1)
        #expect(next.offset == 2)
        #expect(throws: ItemFault("It was changed while it was read: it was 1, and is 2")) {
            try next.take(Array("3\n".utf8), version: "2", isLast: false)
        }
    }

    @Test("a page ends after some bytes, and nothing without an end is read for ever")
    func bounds() throws {
        let line = Array("\"\(String(repeating: "x", count: 30_000))\"\n".utf8)
        var page = try ItemPage(.jsonLines, from: nil, most: 1_000)
        try page.take(line + line + line + line, version: "1", isLast: true)
        #expect(page.items.count == 3)
        var endless = try ItemPage(.json(pointer: []), from: nil, most: 1)
        #expect(throws: ItemFault("More than 1048576 bytes have no whole item")) {
            for _ in 0..<40 {
                try endless.take(Array(repeating: UInt8(ascii: "["), count: 65_536), version: "1", isLast: false)
            }
        }
        var large = try ItemPage(.jsonLines, from: nil, most: 1)
        #expect(throws: ItemFault("An item has more than 262144 bytes")) {
            try large.take(Array("\"\(String(repeating: "x", count: 262_143))\"\n".utf8), version: "1", isLast: true)
        }
    }

    @Test("a page without an item ends too, and the next one goes on behind what was passed over")
    func nothing() throws {
        let blank = Array(repeating: UInt8(ascii: " "), count: 1_023) + [0x0A]
        var position: String?
        var count = 0
        for expected in [16, 16, 0] {
            var page = try ItemPage(.jsonLines, from: position, most: 10, mostPassedOver: 16_384)
            #expect(page.offset == Int64(count) * 1_024)
            var taken = 0
            while !page.isFull, taken < expected {
                try page.take(blank, version: "1", isLast: false)
                taken += 1
            }
            #expect(taken == expected)
            count += taken
            if expected == 0 { try page.take(Array("7\n".utf8), version: "1", isLast: true) }
            #expect(page.isFull)
            #expect(page.items == (expected == 0 ? [.integer(7)] : []))
            position = page.position
            #expect((position == nil) == (expected == 0))
        }
    }
}
