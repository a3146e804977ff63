/// The base64 of RFC 4648 section 4, as DynamoDB's JSON has it for bytes.
enum Base64 {
    /// Whether a text is base64 with its padding.
    static func isValid(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count.isMultiple(of: 4) else { return false }
        let padding = bytes.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard padding <= 2 else { return false }
        return bytes.dropLast(padding).allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
                true
            default: false
            }
        }
    }

    /// The text of the same bytes as the function library writes it: the bits behind the end are 0.
    static func canonical(_ text: String) -> String {
        var digits = Array(text.utf8)
        let padding = digits.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        let last = digits.count - padding - 1
        guard padding > 0, last >= 0, let value = alphabet.firstIndex(of: digits[last]) else { return text }
        digits[last] = alphabet[value & (padding == 2 ? 0x30 : 0x3C)]
        return String(decoding: digits, as: UTF8.self)
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The number of bytes that a valid text stands for.
    static func byteCount(of text: String) -> Int {
        text.utf8.count / 4 * 3 - text.utf8.reversed().prefix { $0 == UInt8(ascii: "=") }.count
    }
}
