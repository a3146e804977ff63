import CodeUnits
import Testing

@Suite("Control characters are shown, not obeyed")
struct StringControlsTests {
    /// What must not reach a terminal: C0, DEL, C1, and the marks of direction and of lines.
    private static let controls: [ClosedRange<UInt32>] = [
        0x00...0x1F, 0x7F...0x9F, 0x61C...0x61C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069,
    ]

    private static var scalars: [Unicode.Scalar] { controls.flatMap { $0.compactMap(Unicode.Scalar.init) } }

    @Test("Each is escaped, alone and within a text; but the ends of lines where lines are wanted")
    func controls() {
        for scalar in Self.scalars {
            let text = "a\(String([scalar]))b"
            for escaped in [text.escapingControls, text.escapingControlsOfJSON] {
                #expect(escaped.unicodeScalars.allSatisfy { $0.isASCII && $0.value >= 0x20 && $0.value < 0x7F })
                #expect(escaped.utf8.first == 0x61 && escaped.utf8.last == 0x62, "\(escaped)")
            }
            #expect((text.escapingControlsInLines == text) == (scalar == "\n"))
        }
        #expect("\u{1B}[2J\n\r\t\u{202E}".escapingControls == #"\u{1b}[2J\n\r\t\u{202e}"#)
        // "\r\n" is one Character.
        #expect("a\r\nb".escapingControlsInLines == "a\\r\nb")
        #expect("a\u{1B}\u{301}".escapingControls == "a\\u{1b}\u{301}")
    }

    @Test("All else is as it was", arguments: ["", "plain", "é ü 漢字 ✓ 👍", #"\u{1b}"#, "שלום", "a\u{301}"])
    func others(text: String) {
        #expect(text.escapingControls == text)
        #expect(text.escapingControlsInLines == text)
        #expect(text.escapingControlsOfJSON == text)
    }

    @Test("In JSON they are escaped as JSON does it")
    func json() {
        #expect("\u{9B}\u{202E}\u{2028}".escapingControlsOfJSON == #"\u009B\u202E\u2028"#)
        // A tag, which takes two.
        #expect("\u{E0001}".escapingControlsOfJSON == #"\uDB40\uDC01"#)
    }
}
