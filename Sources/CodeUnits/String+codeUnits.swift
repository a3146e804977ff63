#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

// Text is code units, as in JSON, AWS and Redis. Swift's own operators take "é" in one code point and in two for the
// same text, and "K" for the Kelvin sign; two machines, keys or inputs that differ so would be one. The operators and
// methods here have the same names and come before Swift's in every file that sees this module, in `switch` and in the
// `==` that the compiler makes for a struct or enum too. Generic code does not see them: a dictionary or a set needs
// ``Spelling`` as its key, and `[String]?` or a tuple needs its parts compared.

extension String {
    /// Whether both have the same code units.
    package static func == (left: String, right: String) -> Bool { left.isSpelled(like: right) }

    /// Whether both differ in any code unit.
    package static func != (left: String, right: String) -> Bool { !left.isSpelled(like: right) }

    /// Whether one comes before another in the order of their UTF-8, which is that of their code points.
    package static func < (left: String, right: String) -> Bool { left.precedes(right) }

    /// Whether one comes after another in the order of their UTF-8.
    package static func > (left: String, right: String) -> Bool { right.precedes(left) }

    /// Whether one does not come after another in the order of their UTF-8.
    package static func <= (left: String, right: String) -> Bool { !right.precedes(left) }

    /// Whether one does not come before another in the order of their UTF-8.
    package static func >= (left: String, right: String) -> Bool { !left.precedes(right) }

    /// Whether a value has the code units of a `case`.
    package static func ~= (pattern: String, value: String) -> Bool { pattern.isSpelled(like: value) }

    /// Whether a value is there and has the code units of a `case`.
    package static func ~= (pattern: String, value: String?) -> Bool { value?.isSpelled(like: pattern) ?? false }

    /// Whether both have the same code units.
    @usableFromInline
    func isSpelled(like other: String) -> Bool {
        let count = utf8.count
        guard count == other.utf8.count else { return false }
        let isSame = utf8.withContiguousStorageIfAvailable { mine in
            other.utf8.withContiguousStorageIfAvailable { theirs in
                guard let mine = mine.baseAddress, let theirs = theirs.baseAddress else { return true }
                return mine == theirs || memcmp(mine, theirs, count) == 0
            }
        }
        return isSame.flatMap(\.self) ?? utf8.elementsEqual(other.utf8)
    }

    private func precedes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}

extension Substring {
    /// Whether both have the same code units.
    package static func == (left: Substring, right: Substring) -> Bool { left.utf8.elementsEqual(right.utf8) }

    /// Whether both differ in any code unit.
    package static func != (left: Substring, right: Substring) -> Bool { !(left == right) }

    /// Whether a value has the code units of a `case`.
    package static func ~= (pattern: Substring, value: Substring) -> Bool { pattern == value }
}

extension StringProtocol {
    /// Whether both have the same code units.
    package static func == <Other: StringProtocol>(left: Self, right: Other) -> Bool {
        left.utf8.elementsEqual(right.utf8)
    }

    /// Whether both differ in any code unit.
    package static func != <Other: StringProtocol>(left: Self, right: Other) -> Bool { !(left == right) }
}

extension String? {
    /// Whether both are missing, or have the same code units.
    package static func == (left: String?, right: String?) -> Bool {
        switch (left, right) {
        case (let left?, let right?): left.isSpelled(like: right)
        case (nil, nil): true
        default: false
        }
    }

    /// Whether one is missing, or both differ in any code unit.
    package static func != (left: String?, right: String?) -> Bool { !(left == right) }
}

extension Substring? {
    /// Whether both are missing, or have the same code units.
    package static func == (left: Substring?, right: Substring?) -> Bool {
        switch (left, right) {
        case (let left?, let right?): left == right
        case (nil, nil): true
        default: false
        }
    }

    /// Whether one is missing, or both differ in any code unit.
    package static func != (left: Substring?, right: Substring?) -> Bool { !(left == right) }
}

extension [String] {
    /// Whether both have the same texts, by their code units.
    package static func == (left: [String], right: [String]) -> Bool {
        left.count == right.count && zip(left, right).allSatisfy { $0.isSpelled(like: $1) }
    }

    /// Whether both differ in any text.
    package static func != (left: [String], right: [String]) -> Bool { !(left == right) }
}

extension Hasher {
    /// Hashes a text's code units. Of texts that Swift takes for equal, a caller could make any number with one hash.
    package mutating func combine(_ text: String) { text.hash(codeUnitsInto: &self) }
}

extension String {
    /// Hashes the code units.
    @usableFromInline
    func hash(codeUnitsInto hasher: inout Hasher) {
        let isDone: Void? = utf8.withContiguousStorageIfAvailable { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        if isDone == nil { for byte in utf8 { hasher.combine(byte) } }
        hasher.combine(0xFF as UInt8)
    }
}

extension [UInt8] {
    /// Appends a text's code units, all at once.
    package mutating func append(codeUnitsOf text: String) {
        var text = text
        text.withUTF8 { append(contentsOf: $0) }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether a text's code units stand at a place.
    package func has(_ text: String, at position: Int) -> Bool {
        var text = text
        return text.withUTF8 { text in
            guard let start = baseAddress, let other = text.baseAddress, !text.isEmpty else { return text.isEmpty }
            guard position >= 0, text.count <= count - position else { return false }
            return memcmp(start + position, other, text.count) == 0
        }
    }
}
