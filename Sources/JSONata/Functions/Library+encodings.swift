extension Library {
    static let encodings = [
        function("base64encode", 1, "<s-:s>", base64Encode),
        function("base64decode", 1, "<s-:s>", base64Decode),
        function("encodeUrlComponent", 1, "<s-:s>") { (call) throws(JSONataError) in
            try encode(call, "encodeUrlComponent", keeping: unreserved)
        },
        function("encodeUrl", 1, "<s-:s>") { (call) throws(JSONataError) in
            try encode(call, "encodeUrl", keeping: unreserved + reserved)
        },
        function("decodeUrlComponent", 1, "<s-:s>") { (call) throws(JSONataError) in
            try decode(call, "decodeUrlComponent", keeping: [])
        },
        function("decodeUrl", 1, "<s-:s>") { (call) throws(JSONataError) in
            try decode(call, "decodeUrl", keeping: reserved)
        },
    ]

    private static let unreserved = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()".utf8
    )
    /// What divides a URL into its parts.
    private static let reserved = Array(";/?:@&=+$,#".utf8)

    private static func malformed(_ call: Call, _ name: String) -> JSONataError {
        JSONataError(.d3140, token: name, value: call[0])
    }

    private static func encode(_ call: Call, _ name: String, keeping kept: [UInt8]) throws(JSONataError) -> Value {
        guard let text = call.text(0) else { return .undefined }
        // This character stands for half of a pair, which no UTF-8 can say.
        guard !text.unicodeScalars.contains("\u{FFFD}") else { throw malformed(call, name) }
        try call.budget.spend(bytes: text.utf8.count)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if kept.contains(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), hex(byte >> 4), hex(byte & 15)]
            }
        }
        return try call.evaluation.string(String(decoding: bytes, as: UTF8.self))
    }

    private static func hex(_ digit: UInt8) -> UInt8 { digit < 10 ? 0x30 + digit : 0x37 + digit }

    private static func decode(_ call: Call, _ name: String, keeping kept: [UInt8]) throws(JSONataError) -> Value {
        guard let text = call.text(0) else { return .undefined }
        try call.budget.spend(bytes: text.utf8.count)
        let source = Array(text.utf8)
        var bytes: [UInt8] = []
        var index = 0
        while index < source.count {
            guard source[index] == UInt8(ascii: "%") else {
                bytes.append(source[index])
                index += 1
                continue
            }
            guard index + 2 < source.count,
                let byte = UInt8(String(decoding: source[(index + 1)...(index + 2)], as: UTF8.self), radix: 16),
                source[index + 1] != UInt8(ascii: "+")
            else { throw malformed(call, name) }
            if kept.contains(byte) { bytes += source[index...(index + 2)] } else { bytes.append(byte) }
            index += 3
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else { throw malformed(call, name) }
        return try call.evaluation.string(decoded)
    }

    // MARK: Base64

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private static func base64Encode(_ call: Call) throws(JSONataError) -> Value {
        guard let text = call.text(0) else { return .undefined }
        try call.budget.spend(bytes: text.utf8.count)
        let source = Array(text.utf8)
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: source.count, by: 3) {
            let part = source[start..<min(start + 3, source.count)]
            let bits = (0..<3).reduce(UInt32(0)) { $0 << 8 | UInt32($1 < part.count ? part[start + $1] : 0) }
            for place in 0..<4 {
                let sextet = alphabet[Int(bits >> UInt32(18 - 6 * place) & 63)]
                bytes.append(place <= part.count ? sextet : UInt8(ascii: "="))
            }
        }
        return try call.evaluation.string(String(decoding: bytes, as: UTF8.self))
    }

    private static func base64Decode(_ call: Call) throws(JSONataError) -> Value {
        guard let text = call.text(0) else { return .undefined }
        try call.budget.spend(bytes: text.utf8.count)
        var bytes: [UInt8] = []
        var (bits, count): (UInt32, UInt32) = (0, 0)
        for byte in text.utf8 {
            let byte =
                byte == UInt8(ascii: "-") ? UInt8(ascii: "+") : byte == UInt8(ascii: "_") ? UInt8(ascii: "/") : byte
            guard let sextet = alphabet.firstIndex(of: byte) else { continue }
            bits = bits << 6 | UInt32(sextet)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> count))
            }
        }
        return try call.evaluation.string(String(decoding: bytes, as: UTF8.self))
    }
}
