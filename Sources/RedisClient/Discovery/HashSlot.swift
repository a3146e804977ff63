/// One of the 16,384 slots over which a Redis Cluster spreads its keys.
public struct HashSlot: Sendable, Hashable, CustomStringConvertible {
    /// How many there are.
    public static let count = 16_384

    /// Its number, below ``count``.
    public let number: Int

    /// The slot of a key: what `CLUSTER KEYSLOT` answers.
    public init(of key: String) {
        var key = key
        number = key.withUTF8 { Int(Self.checksum(Self.hashed($0))) % Self.count }
    }

    init?(_ number: Int) {
        guard (0..<Self.count).contains(number) else { return nil }
        self.number = number
    }

    /// The number.
    public var description: String { String(number) }

    /// What stands between the first brace and the first closing one after it, if that is anything; else all of it.
    private static func hashed(_ key: UnsafeBufferPointer<UInt8>) -> Slice<UnsafeBufferPointer<UInt8>> {
        let all = key[...]
        guard let open = all.firstIndex(of: UInt8(ascii: "{")) else { return all }
        let rest = all[(open + 1)...]
        guard let close = rest.firstIndex(of: UInt8(ascii: "}")), close > rest.startIndex else { return all }
        return rest[..<close]
    }

    /// CRC-16/XMODEM.
    private static func checksum(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> UInt16 {
        var sum: UInt16 = 0
        for byte in bytes {
            sum ^= UInt16(byte) << 8
            for _ in 0..<8 { sum = sum & 0x8000 == 0 ? sum << 1 : sum << 1 ^ 0x1021 }
        }
        return sum
    }
}
