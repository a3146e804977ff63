import Testing

@testable import CodeUnits

@Suite("Hexadecimal digits", .timeLimit(.minutes(1)))
struct HexTests {
    @Test("Every byte is two digits in lower case, and is read from digits in either case")
    func roundTrip() {
        for byte in UInt8.min...UInt8.max {
            let text = Hex.text([byte])
            #expect(text == (byte < 16 ? "0" : "") + String(byte, radix: 16))
            #expect(Hex.bytes(text) == [byte])
            #expect(Hex.bytes(text.uppercased()) == [byte])
        }
        #expect(Hex.text([0x00, 0xAB, 0x0C]) == "00ab0c")
        #expect(Hex.bytes("00aB0c") == [0x00, 0xAB, 0x0C])
        #expect(Hex.bytes("") == [])
    }

    @Test(
        "What is not pairs of digits is no bytes",
        arguments: ["a", "abc", "0g", "g0", "+1", "-1", " 1", "0x", "ａｂ", "é"]
    )
    func others(text: String) {
        #expect(Hex.bytes(text) == nil)
    }
}
