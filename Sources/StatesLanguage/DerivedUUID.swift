import Crypto
import Foundation

/// UUIDs that are the same whenever they are made again from the same.
public enum DerivedUUID {
    /// A UUID in lower case, of version 4 by its form.
    ///
    /// - Parameter parts: What it is made from. Unique where that is; no secret.
    public static func text(_ parts: String...) -> String {
        var bytes = Array(SHA256.hash(data: Data(parts.joined(separator: "\n").utf8)).prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        return [0..<4, 4..<6, 6..<8, 8..<10, 10..<16].map { Hex.text(bytes[$0]) }.joined(separator: "-")
    }
}
