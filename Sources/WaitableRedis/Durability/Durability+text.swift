package import RedisClient
package import Waitable

extension Durability {
    /// The most replicas that can be asked for.
    package static let mostReplicas = 7

    /// Reads `none`, `fsync`, `replicas=N`, or the last two with a comma between them.
    ///
    /// - Parameter field: What errors call it.
    /// - Throws: `FieldError` for any other text.
    package init(_ text: String, field: String) throws(FieldError) {
        let words = text.split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmed }
        self.init()
        if words.count == 1, words[0].isSpelled("none") { return }
        for word in words {
            if word.isSpelled("fsync"), !isOnDisk {
                isOnDisk = true
            } else if replicas == 0, let number = Self.replicas(in: word) {
                replicas = number
            } else {
                throw FieldError(
                    field: field,
                    rule: "must be fsync, replicas=N with N from 1 to \(Self.mostReplicas), both with a comma between"
                        + " them, or none",
                    value: text
                )
            }
        }
    }

    private static func replicas(in word: Substring) -> Int? {
        let bytes = Array(word.utf8)
        guard bytes.count == 10, bytes.starts(with: "replicas=".utf8) else { return nil }
        let number = Int(bytes[9]) - 0x30
        return (1...mostReplicas).contains(number) ? number : nil
    }

    /// The same as text: `fsync, replicas=1`, or `none`.
    package var text: String {
        var words: [String] = []
        if isOnDisk { words.append("fsync") }
        if replicas > 0 { words.append("replicas=\(replicas)") }
        return words.isEmpty ? "none" : words.joined(separator: ", ")
    }
}

extension Substring {
    /// The text without blanks and tabs around it.
    fileprivate var trimmed: Substring {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        guard let start = utf8.firstIndex(where: { !isBlank($0) }), let end = utf8.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return self[start...end]
    }

    fileprivate func isSpelled(_ text: String) -> Bool { utf8.elementsEqual(text.utf8) }
}
