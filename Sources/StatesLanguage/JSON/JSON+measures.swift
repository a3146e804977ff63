extension JSON {
    /// Whether objects and arrays are nested deeper than some levels.
    func isNested(deeperThan levels: Int) -> Bool {
        switch self {
        case .array(let elements):
            levels == 0 || elements.contains { $0.isNested(deeperThan: levels - 1) }
        case .object(let object):
            levels == 0 || object.contains { $0.value.isNested(deeperThan: levels - 1) }
        default:
            false
        }
    }

    /// Whether the compact text has more than some bytes. Only what comes near is written to find out.
    func isLarger(than bytes: Int) -> Bool {
        var budget = bytes
        if fits(into: &budget) { return false }
        var text: [UInt8] = []
        write(to: &text)
        return text.count > bytes
    }

    /// Takes the most that the value's text can have off a budget; `false` where that is too much.
    private func fits(into budget: inout Int) -> Bool {
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
    func isIdentical(to other: JSON) -> Bool {
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
