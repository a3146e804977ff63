import Crypto

extension Library {
    /// What Step Functions has besides.
    ///
    /// Source: AWS Step Functions Developer Guide, "JSONata functions provided by Step Functions".
    static let statesFunctions = [
        function("partition", 2, "<an:a>", partition),
        function("range", 3, "<nnn:a>", range),
        function("hash", 2, "<ss:s>", hash),
        function("random", 1, "<n?:n>", seededRandom),
        function("uuid", 0, "<:s>", uuid),
        function("parse", 1, "<s-:x>", parse),
    ]

    private static func refused(_ name: String, _ reason: String) -> JSONataError {
        JSONataError(.d3150, message: "The function \(name) takes \(reason)")
    }

    private static func partition(_ call: Call) throws(JSONataError) -> Value {
        guard case .array(let array) = call[0], let size = try call.number(1) else { return .undefined }
        guard size >= 1 else { throw refused("partition", "a size of at least 1") }
        let count = Int(min(size.rounded(.down), Double(max(1, array.count))))
        var parts: [Value] = []
        for start in stride(from: 0, to: array.count, by: count) {
            let end = min(start + count, array.count)
            parts.append(try call.evaluation.array((start..<end).map { array[$0] }))
        }
        return try call.evaluation.array(parts)
    }

    private static let mostOfRange = 1_000

    private static func range(_ call: Call) throws(JSONataError) -> Value {
        guard let first = try call.number(0), let last = try call.number(1), let step = try call.number(2) else {
            return .undefined
        }
        guard step != 0 else { throw refused("range", "another step than 0") }
        let count = ((last - first) / step).rounded(.down) + 1
        guard count <= Double(mostOfRange) else { throw refused("range", "at most \(mostOfRange) numbers") }
        guard count >= 1 else { return try call.evaluation.array([]) }
        return try call.evaluation.sequence((0..<Int(count)).map { .number(first + Double($0) * step) })
    }

    private static func hash(_ call: Call) throws(JSONataError) -> Value {
        guard let text = call.text(0), let algorithm = call.text(1) else { return .undefined }
        try call.budget.spend(bytes: text.utf8.count)
        switch algorithm {
        case "MD5": return digest(text, Insecure.MD5())
        case "SHA-1": return digest(text, Insecure.SHA1())
        case "SHA-256": return digest(text, SHA256())
        case "SHA-384": return digest(text, SHA384())
        case "SHA-512": return digest(text, SHA512())
        default: throw refused("hash", "one of the algorithms MD5, SHA-1, SHA-256, SHA-384 and SHA-512")
        }
    }

    private static func digest(_ text: String, _ function: some HashFunction) -> Value {
        var (text, function) = (text, function)
        text.withUTF8 { function.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        return .string(hexadecimal(function.finalize()))
    }

    private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// A random number; with a seed, always the same one.
    private static func seededRandom(_ call: Call) throws(JSONataError) -> Value {
        guard let seed = try call.number(0) else { return .number(randomUnit(call)) }
        var state = seed.bitPattern &+ 0x9E37_79B9_7F4A_7C15
        state = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        state = (state ^ state >> 27) &* 0x94D0_49BB_1331_11EB
        return .number(Double((state ^ state >> 31) >> 11) * 0x1p-53)
    }

    /// A UUID of version 4.
    private static func uuid(_ call: Call) throws(JSONataError) -> Value {
        let high = call.evaluation.environment.random.next() & ~0xF000 | 0x4000
        let low = call.evaluation.environment.random.next() & ~(3 << 62) | 1 << 63
        let digits = hexadecimal(
            [high, low].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) } }
        )
        let parts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { digits.utf8Part($0) }
        return try call.evaluation.string(parts.joined(separator: "-"))
    }

    private static func parse(_ call: Call) throws(JSONataError) -> Value {
        guard let text = call.text(0) else { return .undefined }
        try call.budget.spend(4 * text.utf8.count)
        do throws(JSONError) {
            return Value(try JSON(parsing: text))
        } catch {
            throw refused("parse", "JSON: \(error.message)")
        }
    }
}
