/// A page of `ListObjectsV2`, as S3 answers it in XML. Only what a list's items have is read.
package struct ObjectList: Sendable, Equatable {
    /// The members of each object: `Key`, `Size`, `LastModified`, `ETag`.
    package let objects: [[Spelling: String]]
    /// Whether there are more behind them: a store may give fewer than it was asked for.
    package let isTruncated: Bool

    /// Reads an answer; `nil` where it is none.
    package init?(_ text: [UInt8]) {
        guard let list = Self.content(of: "ListBucketResult", in: text[...])?.content else { return nil }
        var objects: [[Spelling: String]] = []
        var rest = list
        while let (content, behind) = Self.content(of: "Contents", in: rest) {
            var members: [Spelling: String] = [:]
            for name in ["Key", "Size", "LastModified", "ETag"] {
                guard let (value, _) = Self.content(of: name, in: content) else { continue }
                members[Spelling(name)] = String(decoding: Self.unescaped(value), as: UTF8.self)
            }
            objects.append(members)
            rest = behind
        }
        self.objects = objects
        isTruncated = Self.content(of: "IsTruncated", in: list).map { Array($0.content) == Array("true".utf8) } ?? false
    }

    /// Whether the objects lie behind a key, and each behind the one before it, by the bytes of their keys: a list is read in
    /// pages, each of which begins behind the last key of the one before.
    ///
    /// - Parameter key: The last key of the page before; `nil` for none.
    package func follows(_ key: String?) -> Bool {
        var last = key ?? ""
        for object in objects {
            guard let key = object["Key"], last.utf8.lexicographicallyPrecedes(key.utf8) else { return false }
            last = key
        }
        return true
    }

    private typealias Bytes = ArraySlice<UInt8>

    /// What stands in the first element of a name, and what stands behind it.
    private static func content(of name: String, in text: Bytes) -> (content: Bytes, behind: Bytes)? {
        var rest = text
        while let start = rest.firstRange(of: Array("<\(name)".utf8)) {
            let tail = rest[start.upperBound...]
            guard let next = tail.first, ">/ \t\r\n".utf8.contains(next),
                let close = tail.firstIndex(of: UInt8(ascii: ">"))
            else {
                rest = tail
                continue
            }
            let behind = tail[(close + 1)...]
            if tail[..<close].last == UInt8(ascii: "/") { return ([], behind) }
            guard let end = behind.firstRange(of: Array("</\(name)>".utf8)) else { return nil }
            return (behind[..<end.lowerBound], behind[end.upperBound...])
        }
        return nil
    }

    private static let entities: [Spelling: String] = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"]

    private static func unescaped(_ text: Bytes) -> [UInt8] {
        var whole: [UInt8] = []
        var rest = text
        while let start = rest.firstIndex(of: UInt8(ascii: "&")),
            let end = rest[start...].firstIndex(of: UInt8(ascii: ";"))
        {
            whole += rest[..<start]
            let entity = String(decoding: rest[(start + 1)..<end], as: UTF8.self)
            let number =
                entity.without(prefix: "#x").map { UInt32($0, radix: 16) }
                ?? entity.without(prefix: "#").map { UInt32($0) } ?? nil
            let scalar = number.flatMap(Unicode.Scalar.init).map { String($0) }
            whole += (scalar ?? entities[Spelling(entity)] ?? "&\(entity);").utf8
            rest = rest[(end + 1)...]
        }
        return whole + rest
    }
}
