extension Evaluation {
    /// A value as a text, as `$string` makes it; `nil` for nothing.
    func text(_ value: Value, isPretty: Bool = false) throws(JSONataError) -> String? {
        switch value {
        case .undefined: return nil
        case .string(let text): return text
        case .function: return ""
        case .number(let number):
            guard number.isFinite else { throw JSONataError(.d3001, value: value) }
            try budget.spend(NumberText.cost(number))
            return NumberText.roundedText(number)
        case .bool(let bool): return bool ? "true" : "false"
        case .null: return "null"
        case .array, .object:
            var writer = TextWriter(self, isPretty: isPretty)
            if case .array(let array) = value, array.flags.contains(.isInput) {
                try writer.write(array[0], 0)
            } else {
                try writer.write(value, 0)
            }
            return String(decoding: writer.bytes, as: UTF8.self)
        }
    }

    /// A value as JSON. Functions are left out.
    func json(_ value: Value) throws(JSONataError) -> JSON {
        switch value {
        case .undefined, .function, .null: return .null
        case .bool(let bool): return .bool(bool)
        case .string(let text): return .string(text)
        case .number(let number): return try json(number)
        case .array(let array):
            if case .json(let elements) = array.storage { return .array(elements) }
            try budget.spend(2 + 2 * array.count)
            var elements: [JSON] = []
            elements.reserveCapacity(array.count)
            for item in array { elements.append(try json(item)) }
            return .array(elements)
        case .object(let object):
            if case .json(let object) = object.storage { return .object(object) }
            try budget.spend(4 + 4 * object.count)
            var members = JSONObject(minimumCapacity: object.count)
            for (key, value) in object where !value.isFunction && !value.isUndefined { members[key] = try json(value) }
            return .object(members)
        }
    }

    private func json(_ number: Double) throws(JSONataError) -> JSON {
        guard number.isFinite else { throw JSONataError(.d1001, value: .number(number)) }
        guard number.magnitude < 9e18, let whole = Int64(exactly: number) else { return .double(number) }
        // Beyond 2⁵³ with as few digits as name the number.
        return .integer(number.magnitude < 0x1p53 ? whole : Int64(NumberText.text(number)) ?? whole)
    }

    /// Whether two values are the same.
    func isEqual(_ one: Value, _ two: Value) throws(JSONataError) -> Bool {
        switch (one, two) {
        case (.undefined, .undefined), (.null, .null): return true
        case (.bool(let one), .bool(let two)): return one == two
        case (.number(let one), .number(let two)): return one == two
        case (.string(let one), .string(let two)):
            guard one.utf8.count == two.utf8.count else { return false }
            try budget.spend(bytes: one.utf8.count)
            return one == two
        case (.array(let one), .array(let two)):
            guard one.count == two.count else { return false }
            try budget.spend(one.count)
            for index in 0..<one.count where try !isEqual(one[index], two[index]) { return false }
            return true
        case (.object(let one), .object(let two)):
            guard one.count == two.count else { return false }
            try budget.spend(one.count)
            for (key, value) in one {
                let other = two[key]
                guard !other.isUndefined, try isEqual(value, other) else { return false }
            }
            return true
        case (.function(let one), .function(let two)): return one === two
        default: return false
        }
    }
}

/// Writes JSON as JavaScript does, with numbers of 15 digits and functions as empty texts.
private struct TextWriter {
    private(set) var bytes: [UInt8] = []
    private let evaluation: Evaluation
    private let isPretty: Bool
    private var counted = 0

    init(_ evaluation: Evaluation, isPretty: Bool) {
        self.evaluation = evaluation
        self.isPretty = isPretty
    }

    mutating func write(_ value: Value, _ level: Int) throws(JSONataError) {
        // Counted as it grows: what it is written of can be in it many times.
        try evaluation.budget.spend(1 + (bytes.count - counted) / Budget.bytesOfUnit)
        counted = bytes.count
        switch value {
        case .undefined, .null: append("null")
        case .bool(let bool): append(bool ? "true" : "false")
        case .number(let number):
            guard number.isFinite else { throw JSONataError(.d3001, value: value) }
            try evaluation.budget.spend(NumberText.cost(number))
            append(NumberText.roundedText(number))
        case .string(let text): quote(text)
        case .function: append("\"\"")
        case .array(let array):
            try list("[", "]", array, level) { (writer, item) throws(JSONataError) in try writer.write(item, level + 1)
            }
        case .object(let object):
            try list("{", "}", object, level) { (writer, member) throws(JSONataError) in
                writer.quote(member.key)
                writer.append(writer.isPretty ? ": " : ":")
                try writer.write(member.value, level + 1)
            }
        }
    }

    private mutating func list<Items: Sequence>(
        _ open: String,
        _ close: String,
        _ items: Items,
        _ level: Int,
        _ write: (inout TextWriter, Items.Element) throws(JSONataError) -> Void
    ) throws(JSONataError) {
        append(open)
        var isEmpty = true
        for item in items {
            if !isEmpty { append(",") }
            isEmpty = false
            if isPretty { newLine(level + 1) }
            try write(&self, item)
        }
        if isPretty, !isEmpty { newLine(level) }
        append(close)
    }

    private mutating func append(_ text: String) { bytes.append(codeUnitsOf: text) }

    private mutating func newLine(_ level: Int) {
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * level))
    }

    private mutating func quote(_ text: String) {
        let start = bytes.count
        JSON.string(text).write(to: &bytes)
        // JavaScript has the digits of an escape in lower case.
        guard text.utf8.contains(where: { $0 < 0x20 }) else { return }
        for index in start..<(bytes.count - 5) where bytes[index] == UInt8(ascii: "\\") && isEscape(index) {
            bytes[index + 5] |= 0x20
        }
    }

    /// Whether the backslash at a place begins an escape of four digits.
    private func isEscape(_ index: Int) -> Bool {
        guard bytes[index + 1] == UInt8(ascii: "u") else { return false }
        let backslashes = bytes[..<index].reversed().prefix { $0 == UInt8(ascii: "\\") }.count
        return backslashes % 2 == 0
    }
}
