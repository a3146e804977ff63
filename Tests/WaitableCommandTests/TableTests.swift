import Testing

@testable import WaitableCommand

@Suite("Tables and wrapped text", .timeLimit(.minutes(1)))
struct TableTests {
    @Test("A table that is too wide wraps its last column, or puts the first above the others")
    func tables() {
        var table = Table(header: ["A", "B", "C"])
        table.rows = [["one", "two", "some words that go on"], ["1", "2", "3"]]
        #expect(
            table.text(columns: nil) == "A    B    C\none  two  some words that go on\n1    2    3"
        )
        #expect(
            table.text(columns: 26)
                == "A    B    C\none  two  some words that\n          go on\n1    2    3"
        )
        #expect(
            table.text(columns: 20)
                == "A\n  B    C\none\n  two  some words\n       that go on\n1\n  2    3"
        )
    }

    @Test("Two columns are never pulled apart, however narrow it is")
    func twoColumns() {
        var table = Table(header: ["A", ""])
        table.rows = [["one", "some words"]]
        #expect(table.text(columns: 6) == "A\none  some\n     words")
    }

    @Test("A line ends where its text does, and an empty table is its header")
    func ends() {
        var table = Table(header: ["A", "LONG HEADER"])
        #expect(table.text(columns: nil) == "A  LONG HEADER")
        table.rows = [["a", ""]]
        #expect(table.text(columns: nil) == "A  LONG HEADER\na")
    }

    @Test("What a cell holds stays in it")
    func controls() {
        var table = Table(header: ["A", "B"])
        table.rows = [["a\nb", "\u{1B}[2J"]]
        #expect(table.text(columns: nil) == #"A     B"# + "\n" + #"a\nb  \u{1b}[2J"#)
    }

    @Test(
        "Lines are broken between words, and within those that are longer",
        arguments: [
            ("abcdefgh ij", 3, ["abc", "def", "gh", "ij"]), ("", 3, [""]), ("a\n\nb", 3, ["a", "", "b"]),
            ("a b c", 3, ["a b", "c"]), ("abc def", 7, ["abc def"]), ("abc def", 6, ["abc", "def"]),
            ("abcdef", 3, ["abc", "def"]), ("a  b", 9, ["a b"]),
        ]
    )
    func lines(text: String, columns: Int, lines: [String]) {
        #expect(text.lines(of: columns) == lines)
    }

    @Test("Wrapped text is indented but for its first line")
    func indent() {
        #expect("some words that go on".wrapped(to: 14, indent: 4) == "some words\n    that go on")
    }
}
