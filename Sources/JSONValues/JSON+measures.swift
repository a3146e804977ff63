extension JSON {
    /// Whether objects and arrays are nested deeper than some levels.
    package func isNested(deeperThan levels: Int) -> Bool {
        switch self {
        case .array(let elements):
            levels == 0 || elements.contains { $0.isNested(deeperThan: levels - 1) }
        case .object(let object):
            levels == 0 || object.contains { $0.value.isNested(deeperThan: levels - 1) }
        default:
            false
        }
    }

    /// How deep objects and arrays are nested.
    package var depth: Int {
        switch self {
        case .array(let elements): 1 + (elements.map(\.depth).max() ?? 0)
        case .object(let object): 1 + (object.map(\.value.depth).max() ?? 0)
        default: 0
        }
    }

    /// Whether the compact text has more than some bytes.
    package func isLarger(than bytes: Int) -> Bool {
        var budget = bytes
        return !fits(into: &budget) && textSize(upTo: bytes) > bytes
    }

    /// How many bytes the compact text has; any number above the limit where it has more. Nothing is written to find out.
    package func textSize(upTo limit: Int = .max) -> Int {
        var size = 0
        measure(&size, upTo: limit)
        return size
    }

    private func measure(_ size: inout Int, upTo limit: Int) {
        switch self {
        case .null: size += 4
        case .bool(let value): size += value ? 4 : 5
        case .integer(let value): size += String(value).utf8.count
        case .double(let value): size += DoubleText.text(value).utf8.count
        case .string(let text): size += Self.size(of: text)
        case .array(let elements):
            size += 1 + max(elements.count, 1)
            for element in elements where size <= limit { element.measure(&size, upTo: limit) }
        case .object(let object):
            size += 1 + max(object.count, 1)
            for (key, value) in object where size <= limit {
                size += Self.size(of: key) + 1
                value.measure(&size, upTo: limit)
            }
        }
    }

    /// About how many bytes the value stands for, without looking at the bytes of its strings; any number above the limit
    /// where it is more.
    package func weight(upTo limit: Int) -> Int {
        var weight = 0
        weigh(&weight, upTo: limit)
        return weight
    }

    private func weigh(_ weight: inout Int, upTo limit: Int) {
        weight += 2
        switch self {
        case .null, .bool, .integer: break
        // Its digits are found anew wherever it is written.
        case .double: weight += 46
        case .string(let text): weight += text.utf8.count
        case .array(let elements):
            for element in elements where weight <= limit { element.weigh(&weight, upTo: limit) }
        case .object(let object):
            for (key, value) in object where weight <= limit {
                weight += key.utf8.count
                value.weigh(&weight, upTo: limit)
            }
        }
    }

    /// About how many bytes have to be looked at to tell whether the value is another one; any number above the limit where
    /// it is more.
    package func weight(comparedWith other: JSON, upTo limit: Int) -> Int {
        switch (self, other) {
        case (.string(let one), .string(let two)): min(one.utf8.count, two.utf8.count)
        case (.array(let one), .array(let two)): one.count == two.count ? weight(upTo: limit) : 0
        case (.object(let one), .object(let two)): one.count == two.count ? weight(upTo: limit) : 0
        default: 0
        }
    }

    /// The compact text, or its beginning and `…` where it has more than some bytes.
    package func excerpt(_ bytes: Int = 10_000) -> String {
        guard isLarger(than: bytes) else { return text }
        var begun: [UInt8] = []
        write(to: &begun, upTo: bytes)
        return String(decoding: begun.prefix(bytes), as: UTF8.self) + "…"
    }

    /// Takes the most that the value's text can have off a budget; `false` where that is too much.
    package func fits(into budget: inout Int) -> Bool {
        switch self {
        case .string(let text): budget -= Self.most(text)
        case .array(let elements):
            budget -= 2 + elements.count
            for element in elements where !element.fits(into: &budget) { return false }
        case .object(let object):
            budget -= 2 + 2 * object.count
            for (key, value) in object {
                budget -= Self.most(key)
                guard value.fits(into: &budget) else { return false }
            }
        case .null, .bool, .integer, .double: budget -= 24
        }
        return budget >= 0
    }

    /// Every byte may need an escape of six.
    private static func most(_ text: String) -> Int { text.utf8.count * 6 + 2 }

    /// Whether both have the same text: unlike `==`, the order of members counts, and so does a zero's sign.
    package func isIdentical(to other: JSON) -> Bool {
        switch (self, other) {
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.isIdentical(to: $1) }
        case (.object(let left), .object(let right)):
            left.count == right.count
                && zip(left, right).allSatisfy { $0.key == $1.key && $0.value.isIdentical(to: $1.value) }
        case (.double(let left), .double(let right)):
            left.bitPattern == right.bitPattern
        default:
            self == other
        }
    }
}
