/// The types of a function's parameters, by which the arguments of a call are checked.
struct Signature: Sendable {
    struct Parameter: Sendable {
        /// The symbols of the types that it takes.
        var types: [UInt8]
        /// Whether a single value becomes an array.
        var isArray = false
        /// The type of an array's items, or of a function.
        var subtype: [UInt8]?
        var isOptional = false
        var repeats = false
        /// Whether the current input stands in where the argument is missing.
        var takesContext = false
    }

    private(set) var parameters: [Parameter] = []

    /// Reads a signature such as `<s-n?:s>`.
    init(_ text: String, at position: Int) throws(JSONataError) {
        let bytes = Array(text.utf8)
        var index = 1
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: ":"): return
            case UInt8(ascii: "-"), UInt8(ascii: "?"), UInt8(ascii: "+"): modify(byte)
            case UInt8(ascii: "("): index = try choice(bytes, index, position)
            case UInt8(ascii: "<"): index = try subtype(bytes, index, position)
            default: if let types = Self.types(of: byte) { parameters.append(types) }
            }
            index += 1
            guard parameters.count <= Self.mostParameters else {
                throw JSONataError(.u1001, message: "A signature has more than \(Self.mostParameters) parameters")
            }
        }
    }

    private static let mostParameters = 64

    private static func types(of byte: UInt8) -> Parameter? {
        switch byte {
        case UInt8(ascii: "s"), UInt8(ascii: "n"), UInt8(ascii: "b"), UInt8(ascii: "l"), UInt8(ascii: "o"):
            Parameter(types: [byte, missing])
        case UInt8(ascii: "a"): Parameter(types: Array("asnblfom".utf8), isArray: true)
        case UInt8(ascii: "f"): Parameter(types: [byte])
        case UInt8(ascii: "j"): Parameter(types: Array("asnblom".utf8))
        case UInt8(ascii: "x"): Parameter(types: Array("asnblfom".utf8))
        default: nil
        }
    }

    static let missing = UInt8(ascii: "m")

    private mutating func modify(_ byte: UInt8) {
        guard !parameters.isEmpty else { return }
        let last = parameters.count - 1
        switch byte {
        case UInt8(ascii: "+"): parameters[last].repeats = true
        case UInt8(ascii: "-"):
            parameters[last].takesContext = true
            parameters[last].isOptional = true
        default: parameters[last].isOptional = true
        }
    }

    private mutating func choice(_ bytes: [UInt8], _ start: Int, _ position: Int) throws(JSONataError) -> Int {
        let end = bytes[start...].firstIndex(of: UInt8(ascii: ")")) ?? bytes.count
        let types = bytes[(start + 1)..<max(end, start + 1)]
        guard !types.contains(UInt8(ascii: "<")) else { throw JSONataError(.s0402, at: position + start) }
        parameters.append(Parameter(types: types + [Self.missing]))
        return end
    }

    private mutating func subtype(_ bytes: [UInt8], _ start: Int, _ position: Int) throws(JSONataError) -> Int {
        guard let last = parameters.indices.last,
            parameters[last].isArray || parameters[last].types == [UInt8(ascii: "f")]
        else { throw JSONataError(.s0401, at: position + start) }
        var depth = 1
        var end = start + 1
        while end < bytes.count {
            if bytes[end] == UInt8(ascii: "<") { depth += 1 }
            if bytes[end] == UInt8(ascii: ">") { depth -= 1 }
            if depth == 0 { break }
            end += 1
        }
        parameters[last].subtype = Array(bytes[(start + 1)..<end])
        return end
    }
}
