import CodeUnits
import Testing

/// Two spellings of one text, which Swift's own operators take for equal.
private let composed = "caf\u{E9}"
private let decomposed = "cafe\u{301}"

@Suite("Text is compared by code units")
struct StringCodeUnitsTests {
    private struct Named: Hashable {
        var name: String
        var other: String?
        var list: [String] = []
    }

    private enum Tree: Hashable {
        case leaf(String)
        case nodes([Tree])
    }

    private enum Word: String {
        case k = "K"
    }

    @Test("in bytes, a text is found by its code units, and appended by them")
    func bytes() {
        var bytes: [UInt8] = []
        bytes.append(codeUnitsOf: "a")
        bytes.append(codeUnitsOf: "")
        bytes.append(codeUnitsOf: composed)
        #expect(bytes == Array(("a" + composed).utf8))
        bytes.withUnsafeBufferPointer { bytes in
            #expect(bytes.has(composed, at: 1))
            #expect(!bytes.has(composed, at: 0) && !bytes.has(composed, at: 2) && !bytes.has(composed, at: 100))
            #expect(!bytes.has(composed, at: -1) && !bytes.has(decomposed, at: 1))
            #expect(bytes.has("", at: 0) && bytes.has("", at: bytes.count))
        }
        #expect(!UnsafeBufferPointer<UInt8>(start: nil, count: 0).has("a", at: 0))
    }

    @Test("operators")
    func operators() {
        #expect(!(composed == decomposed))
        #expect(composed != decomposed)
        #expect(composed == "caf" + "\u{E9}")
        let optional: String? = composed
        #expect(!(optional == decomposed))
        #expect(optional != Optional(decomposed))
        #expect(optional == composed)
        #expect(optional != nil)
        #expect(!([composed] == [decomposed]))
        #expect([composed] == [composed])
        #expect(!(composed[...] == decomposed[...]))
        #expect(!(composed[...] == decomposed))
        #expect(!([composed[...]].first == decomposed[...]))
        #expect([composed[...]].first == composed[...])
        // The Kelvin sign is a K to Swift, the Greek question mark a semicolon.
        #expect(!("\u{212A}" == "K"))
        #expect(!("\u{37E}" == ";"))
        // What differs only in the order of marks has as many bytes.
        #expect(!("q\u{307}\u{323}" == "q\u{323}\u{307}"))
        #expect("" == "")
        #expect("a" != "")
    }

    @Test("patterns of a switch")
    func patterns() {
        switch composed {
        case decomposed: Issue.record("took the other spelling")
        default: break
        }
        switch Optional(composed) {
        case decomposed: Issue.record("took the other spelling")
        case composed: break
        default: Issue.record("did not take its own spelling")
        }
        switch (composed, 1) {
        case (decomposed, 1): Issue.record("took the other spelling")
        default: break
        }
    }

    @Test("what the compiler makes for structs and enums")
    func synthesized() {
        #expect(Named(name: composed) != Named(name: decomposed))
        #expect(Named(name: "", other: composed) != Named(name: "", other: decomposed))
        #expect(Named(name: "", list: [composed]) != Named(name: "", list: [decomposed]))
        #expect(Tree.nodes([.leaf(composed)]) != .nodes([.leaf(decomposed)]))
        #expect(Set([Named(name: composed), Named(name: decomposed)]).count == 2)
        #expect(Set([Tree.leaf(composed), .leaf(decomposed)]).count == 2)
        #expect(Named(name: composed).hashValue != Named(name: decomposed).hashValue)
        #expect(Tree.leaf(composed).hashValue != Tree.leaf(decomposed).hashValue)
    }

    @Test("order is that of UTF-8")
    func order() {
        #expect(decomposed < composed)
        #expect(composed > decomposed)
        #expect(!(composed <= decomposed))
        #expect([composed, decomposed].sorted() == [decomposed, composed])
        #expect([composed, decomposed].min() == decomposed)
        // Above U+FFFF, UTF-16 has another order.
        #expect("\u{FFFD}" < "\u{1F600}")
    }

    @Test("members of sequences")
    func members() {
        #expect(![composed].contains(decomposed))
        #expect([decomposed].firstIndex(of: composed) == nil)
        #expect([composed, decomposed].firstIndex(of: decomposed) == 1)
    }

    @Test("keys of dictionaries and elements of sets")
    func spellings() {
        var values: [Spelling: Int] = [Spelling(composed): 1]
        values[decomposed] = 2
        #expect(values[composed] == 1)
        #expect(values[decomposed] == 2)
        values[decomposed, default: 0] += 1
        #expect(values[decomposed] == 3)
        values[composed] = nil
        #expect(values.count == 1)

        var texts: Set<Spelling> = []
        #expect(texts.insert(composed).inserted)
        #expect(texts.insert(decomposed).inserted)
        #expect(!texts.insert(composed).inserted)
        texts.remove(decomposed)
        #expect(texts.contains(composed))
        #expect(!texts.contains(decomposed))
        #expect(Spelling(composed).hashValue != Spelling(decomposed).hashValue)
    }

    @Test("prefixes, suffixes and separators go by code points")
    func scans() {
        #expect(!(composed + "!").hasPrefix(decomposed))
        #expect("x\u{301}".hasPrefix("x"))
        #expect("\r\n".hasSuffix("\n"))
        #expect(decomposed.hasSuffix("\u{301}"))
        #expect(!"a".hasSuffix("aa"))
        #expect("x\u{301}"[...].hasPrefix("x"))
        #expect(!composed[...].hasPrefix(decomposed))
        #expect("\r\n"[...].hasSuffix("\n"))
        #expect("a:\u{301}b".split(separator: ":") == ["a", "\u{301}b"])
        #expect("a::b:".split(separator: ":") == ["a", "b"])
        #expect("a::b:".split(separator: ":", omittingEmptySubsequences: false) == ["a", "", "b", ""])
        #expect("a:b:c".split(separator: ":", maxSplits: 1) == ["a", "b:c"])
        #expect("::a:b:c".split(separator: ":", maxSplits: 1) == ["a", "b:c"])
        #expect("::a".split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false) == ["", ":a"])
        #expect("".split(separator: ":").isEmpty)
        #expect("".split(separator: ":", omittingEmptySubsequences: false) == [""])
        #expect("a\r\nb".split(separator: "\n") == ["a\r", "b"])
        #expect("=\u{301}".contains("="))
        #expect("a=\u{301}".firstIndex(of: "=") == "a=\u{301}".utf8.index(after: "a".startIndex))
        #expect("name.\u{301}$".without(suffix: ".$") == nil)
        #expect("\u{600}.$".without(suffix: ".$") == "\u{600}")
    }
}
