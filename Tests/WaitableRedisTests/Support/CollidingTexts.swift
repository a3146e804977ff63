/// Different texts that have one hash in Lua 5.1, whose hash of strings has no seed.
enum CollidingTexts {
    /// Some of 8,192 of them.
    static func make(_ count: Int) -> [String] { Array(all.prefix(count)) }

    private static let all: [String] = {
        let blocks = 13
        for length in 2 * blocks..<4 * blocks {
            if let texts = texts(blocks: blocks, length: length) { return texts }
        }
        return []
    }()

    private static let letters = (UInt8(33)..<127).filter { !#""\{}"#.utf8.contains($0) }

    private static func advanced(_ hash: UInt32, by byte: UInt8) -> UInt32 {
        hash ^ ((hash << 5) &+ (hash >> 2) &+ UInt32(byte))
    }

    /// Texts of some blocks, each of which is one of two that lead to the same state of the hash. It begins with the length,
    /// and goes from the last byte to the first.
    private static func texts(blocks: Int, length: Int) -> [String]? {
        var hash = UInt32(length)
        var texts: [[UInt8]] = [[]]
        for _ in 0..<blocks {
            guard let (one, other, next) = block(2, hash) ?? block(3, hash) else { return nil }
            texts = texts.map { $0 + one } + texts.map { $0 + other }
            hash = next
            guard texts[0].count <= length else { return nil }
        }
        let rest = Array(repeating: UInt8(ascii: "a"), count: length - texts[0].count)
        return texts.map { String(decoding: ($0 + rest).reversed(), as: UTF8.self) }
    }

    private static func block(_ length: Int, _ hash: UInt32) -> ([UInt8], [UInt8], UInt32)? {
        var seen: [UInt32: [UInt8]] = [:]
        var open: [([UInt8], UInt32)] = [([], hash)]
        for depth in 1...length {
            var longer: [([UInt8], UInt32)] = []
            for (bytes, hash) in open {
                for letter in letters {
                    let next = advanced(hash, by: letter)
                    guard depth == length else {
                        longer.append((bytes + [letter], next))
                        continue
                    }
                    if let other = seen[next] { return (other, bytes + [letter], next) }
                    seen[next] = bytes + [letter]
                }
            }
            open = longer
        }
        return nil
    }
}
