import StatesLanguage
import Testing

@Suite("Writing JSON", .timeLimit(.minutes(1)))
struct JSONTextTests {
    @Test(
        "doubles are written as Java writes them",
        arguments: [
            (1, "1.0"), (0.1, "0.1"), (-1.5, "-1.5"), (0, "0.0"), (100, "100.0"), (0.001, "0.001"),
            (0.0001, "1.0E-4"), (0.00012345, "1.2345E-4"), (9_999_999, "9999999.0"), (1e7, "1.0E7"),
            (12_345_678.9, "1.23456789E7"), (1e10, "1.0E10"), (-1e21, "-1.0E21"), (1.5e300, "1.5E300"),
            (1e-7, "1.0E-7"), (1.2345678901234568e20, "1.2345678901234568E20"),
        ] as [(Double, String)]
    )
    func double(value: Double, text: String) throws {
        #expect(JSON.double(value).text == text)
        #expect(try JSON(parsing: text) == .double(value))
    }

    @Test("strings are escaped no further than they must be")
    func string() {
        let text = "\"\\/\u{8}\t\n\u{C}\r\u{1}\u{1F}\u{7F}é😀"
        #expect(JSON.string(text).text == #""\"\\/\b\t\n\f\r\u0001\u001F"# + "\u{7F}é😀\"")
    }

    @Test("what is written reads as the same value, and writes as the same text")
    func identity() throws {
        var random = SeededRandom(seed: 7)
        for _ in 0..<2_000 {
            let value = JSON.random(depth: 4, using: &random)
            let text = value.text
            let again = try JSON(parsing: text)
            #expect(again == value)
            #expect(again.text == text)
        }
    }
}
