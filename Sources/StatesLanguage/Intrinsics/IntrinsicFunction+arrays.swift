extension IntrinsicFunction {
    /// `States.Array` and all that begin with it.
    static let arrays = [
        IntrinsicFunction("Array", 0...many) { arguments throws(IntrinsicError) in .array(arguments.values) },
        IntrinsicFunction("ArrayPartition", 2...2) { arguments throws(IntrinsicError) in
            let array = try arguments.array(0)
            let size = try arguments.integer(1)
            guard size > 0 else { throw arguments.wrong(1, "a positive integer") }
            try arguments.spend(array.count)
            return .array(
                stride(from: 0, to: array.count, by: size).map {
                    .array(Array(array[$0..<min($0 + size, array.count)]))
                }
            )
        },
        IntrinsicFunction("ArrayContains", 2...2) { arguments throws(IntrinsicError) in
            let wanted = arguments.values[1]
            for element in try arguments.array(0) {
                try arguments.spend(1)
                try arguments.spend(comparing: element, with: wanted)
                if element.hasValue(of: wanted) { return .bool(true) }
            }
            return .bool(false)
        },
        IntrinsicFunction("ArrayRange", 3...3) { arguments throws(IntrinsicError) in
            let (first, last, step) = (try arguments.integer(0), try arguments.integer(1), try arguments.integer(2))
            guard step != 0 else { throw arguments.wrong(2, "another number than 0") }
            let values = stride(from: first, through: last, by: step).prefix(mostOfRange + 1)
            guard values.underestimatedCount <= mostOfRange, Array(values).count <= mostOfRange else {
                throw arguments.failure("the range must have at most \(mostOfRange) elements")
            }
            return .array(values.map { .integer(Int64($0)) })
        },
        IntrinsicFunction("ArrayGetItem", 2...2) { arguments throws(IntrinsicError) in
            let array = try arguments.array(0)
            let index = try arguments.integer(1)
            guard array.indices.contains(index) else {
                throw arguments.failure("index \(index) is out of bounds for length \(array.count)")
            }
            return array[index]
        },
        IntrinsicFunction("ArrayLength", 1...1) { arguments throws(IntrinsicError) in
            .integer(Int64(try arguments.array(0).count))
        },
        IntrinsicFunction("ArrayUnique", 1...1) { arguments throws(IntrinsicError) in
            let array = try arguments.array(0)
            try arguments.spend(array.count)
            try arguments.spend(on: arguments.values[0])
            var seen: Set<Meaning> = []
            return .array(array.filter { seen.insert(Meaning(value: $0)).inserted })
        },
    ]

    private static let mostOfRange = 1_000
}

/// A value by what it means: 1 and 1.0 are one.
private struct Meaning: Hashable {
    let value: JSON

    static func == (left: Meaning, right: Meaning) -> Bool { left.value.hasValue(of: right.value) }

    func hash(into hasher: inout Hasher) {
        switch value {
        case .integer, .double: hasher.combine(value.numberValue)
        case .array(let array):
            hasher.combine(array.count)
            for element in array { Meaning(value: element).hash(into: &hasher) }
        case .object(let object):
            // Whatever the members' order.
            var all = 0
            for (key, value) in object {
                var member = Hasher()
                member.combine(key)
                Meaning(value: value).hash(into: &member)
                all ^= member.finalize()
            }
            hasher.combine(all)
        case .null, .bool, .string: hasher.combine(value)
        }
    }
}

extension JSON {
    /// Whether two values mean the same: 1 and 1.0 do, and so do objects with their members in another order.
    fileprivate func hasValue(of other: JSON) -> Bool {
        switch (self, other) {
        case (.integer, .double), (.double, .integer):
            numberValue == other.numberValue
        case (.array(let one), .array(let two)):
            one.count == two.count && zip(one, two).allSatisfy { $0.hasValue(of: $1) }
        case (.object(let one), .object(let two)):
            one.count == two.count
                && one.allSatisfy { key, value in two[key].map { value.hasValue(of: $0) } ?? false }
        default:
            self == other
        }
    }
}
