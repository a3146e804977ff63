#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

extension Library {
    static let numbers = [
        function("number", 1, "<(nsb)-:n>", number),
        function("floor", 1, "<n-:n>") { (call) throws(JSONataError) in try map(call) { $0.rounded(.down) } },
        function("ceil", 1, "<n-:n>") { (call) throws(JSONataError) in try map(call) { $0.rounded(.up) } },
        function("round", 2, "<n-n?:n>", round),
        function("abs", 1, "<n-:n>") { (call) throws(JSONataError) in try map(call) { $0.magnitude } },
        function("sqrt", 1, "<n-:n>", squareRoot),
        function("power", 2, "<n-n:n>", power),
        function("formatBase", 2, "<n-n?:s>", formatBase),
        function("formatNumber", 3, "<n-so?:s>", formatNumber),
        function("formatInteger", 2, "<n-s:s>", formatInteger),
        function("parseInteger", 2, "<s-s:n>", parseInteger),
    ]

    private static func map(_ call: Call, _ change: (Double) -> Double) throws(JSONataError) -> Value {
        try call.number(0).map { .number(change($0)) } ?? .undefined
    }

    private static func number(_ call: Call) throws(JSONataError) -> Value {
        switch call[0] {
        case .undefined: return .undefined
        case .number: return call[0]
        case .bool(let bool): return .number(bool ? 1 : 0)
        case .string(let text):
            try call.budget.spend(bytes: text.utf8.count)
            guard let number = NumberReader.number(text) else { throw JSONataError(.d3030, value: call[0]) }
            return .number(number)
        default: throw JSONataError(.d3030, value: call[0])
        }
    }

    private static func round(_ call: Call) throws(JSONataError) -> Value {
        guard let number = try call.number(0) else { return .undefined }
        return .number(rounded(number, places: try call.whole(1) ?? 0))
    }

    /// A number to some places behind the point, half of the last one to the even neighbour. The point is moved in the
    /// number's digits: a multiplication would not be exact.
    static func rounded(_ number: Double, places: Int) -> Double {
        guard places != 0 else { return number.rounded(.toNearestOrEven) + 0 }
        let places = max(-400, min(400, places))
        let moved = shifted(number, places).rounded(.toNearestOrEven)
        return moved.isFinite ? shifted(moved, -places) + 0 : number
    }

    private static func shifted(_ number: Double, _ places: Int) -> Double {
        guard number != 0 else { return 0 }
        let decimal = DecimalDigits(shortest: number.magnitude)
        let digits = String(decoding: decimal.digits.map { $0 + UInt8(ascii: "0") }, as: UTF8.self)
        let exponent = decimal.exponent - decimal.digits.count + 1 + places
        return (Double("\(digits)e\(exponent)") ?? 0) * (number < 0 ? -1 : 1)
    }

    private static func squareRoot(_ call: Call) throws(JSONataError) -> Value {
        guard let number = try call.number(0) else { return .undefined }
        guard number >= 0 else { throw JSONataError(.d3060, value: call[0]) }
        return .number(number.squareRoot())
    }

    private static func power(_ call: Call) throws(JSONataError) -> Value {
        guard let base = try call.number(0), let exponent = try call.number(1) else { return .undefined }
        let result = pow(base, exponent)
        guard result.isFinite else {
            throw JSONataError(.d3061, fields: [("value", call[0].excerpt), ("exp", call[1].excerpt)])
        }
        return .number(result)
    }

    private static func formatBase(_ call: Call) throws(JSONataError) -> Value {
        guard let number = try call.number(0) else { return .undefined }
        let radix = rounded(try call.number(1) ?? 10, places: 0)
        guard radix >= 2, radix <= 36 else { throw JSONataError(.d3100, value: .number(radix)) }
        let value = rounded(number, places: 0)
        if let whole = Int64(exactly: value) { return .string(String(whole, radix: Int(radix))) }
        let text = wholeText(value, radix: radix)
        try call.budget.spend(text.utf8.count)
        return .string(text)
    }

    /// A whole number beyond 64 bits.
    private static func wholeText(_ value: Double, radix: Double) -> String {
        var digits: [UInt8] = []
        var rest = value.magnitude
        while rest >= 1 {
            let digit = rest.truncatingRemainder(dividingBy: radix)
            digits.append(contentsOf: String(Int(digit), radix: 36).utf8)
            rest = ((rest - digit) / radix).rounded()
        }
        return (value < 0 ? "-" : "") + String(decoding: digits.reversed(), as: UTF8.self)
    }

    // MARK: Pictures

    /// The picture, which is read anew by every call.
    private static func picture(_ call: Call) throws(JSONataError) -> String {
        let picture = call.text(1) ?? ""
        try call.budget.spend(bytes: costOfPicture * picture.utf8.count)
        return picture
    }

    /// How many times as much a byte of a picture costs as one of a text that is only looked at.
    static let costOfPicture = 32

    private static func formatNumber(_ call: Call) throws(JSONataError) -> Value {
        guard let number = try call.number(0) else { return .undefined }
        var options = NumberFormat()
        if case .object(let object) = call[2] { try options.apply(object) }
        let picture = try NumberPicture(picture(call), options)
        return try call.evaluation.string(picture.format(number))
    }

    private static func formatInteger(_ call: Call) throws(JSONataError) -> Value {
        guard let number = try call.number(0) else { return .undefined }
        let picture = try IntegerPicture(picture(call))
        return try call.evaluation.string(try picture.format(number.rounded(.down)))
    }

    private static func parseInteger(_ call: Call) throws(JSONataError) -> Value {
        guard let text = call.text(0) else { return .undefined }
        try call.budget.spend(bytes: text.utf8.count)
        let picture = try IntegerPicture(picture(call))
        return try picture.parse(text).map { .number($0) } ?? .undefined
    }
}

/// Reads numbers as `$number` takes them.
enum NumberReader {
    static func number(_ text: String) -> Double? {
        let bytes = Array(text.utf8)
        if bytes.count > 2, bytes[0] == UInt8(ascii: "0"), let radix = radix(bytes[1]) {
            return whole(bytes[2...], radix: radix)
        }
        guard isDecimal(bytes), let number = Double(text), number.isFinite else { return nil }
        return number
    }

    private static func radix(_ byte: UInt8) -> Int? {
        switch byte {
        case UInt8(ascii: "x"), UInt8(ascii: "X"): 16
        case UInt8(ascii: "o"), UInt8(ascii: "O"): 8
        case UInt8(ascii: "b"), UInt8(ascii: "B"): 2
        default: nil
        }
    }

    private static func whole(_ digits: ArraySlice<UInt8>, radix: Int) -> Double? {
        var number = 0.0
        for byte in digits {
            guard let digit = Int(String(decoding: [byte], as: UTF8.self), radix: radix) else { return nil }
            number = number * Double(radix) + Double(digit)
        }
        return number
    }

    /// Whether it is a number as JSON writes it, but with zeros before it.
    private static func isDecimal(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        func isDigit(_ byte: UInt8?) -> Bool { byte.map { (0x30...0x39).contains($0) } ?? false }
        func takeDigits() -> Bool {
            guard isDigit(rest.first) else { return false }
            rest = rest.drop { isDigit($0) }
            return true
        }
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        guard takeDigits() else { return false }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard takeDigits() else { return false }
        }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
            guard takeDigits() else { return false }
        }
        return rest.isEmpty
    }
}
