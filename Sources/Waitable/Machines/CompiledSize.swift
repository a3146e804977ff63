/// How much memory a definition takes once it is compiled, for what keeps compiled ones within a bound.
///
/// Whatever is compiled comes from a word or a sign of the definition's text, and the densest ones, such as a list of names in
/// JSONata, take the most for each: what a part is cannot make the estimate too small. Tests compare it with the allocator.
enum CompiledSize {
    /// Bytes of a word or a sign, compiled, at the most.
    private static let bytesOfToken = 64
    /// The same where there may be JSONata, of which each becomes a node.
    private static let bytesOfNode = 200
    /// Bytes of a machine in which there is next to nothing.
    private static let bytesOfMachine = 4_096

    /// About how many bytes a definition takes, rather too many.
    static func estimate(of definition: String) -> Int {
        var tokens = 0
        var isWord = false
        // The end of an expression, or something escaped, which may be one.
        var hasExpressions = false
        var last: UInt8 = 0
        for byte in definition.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...0xFF:
                if !isWord { tokens += 1 }
                isWord = true
                if byte == UInt8(ascii: "u"), last == UInt8(ascii: "\\") { hasExpressions = true }
            case 0x00...0x20: isWord = false
            default:
                tokens += 1
                isWord = false
                if byte == UInt8(ascii: "}"), last == UInt8(ascii: "%") { hasExpressions = true }
            }
            last = byte
        }
        return bytesOfMachine + 2 * definition.utf8.count + (hasExpressions ? bytesOfNode : bytesOfToken) * tokens
    }
}
