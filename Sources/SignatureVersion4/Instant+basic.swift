import Foundation
package import StatesLanguage

extension Instant {
    /// The instant by the wall clock of this machine: signatures go by it, and Redis need not be there.
    package static var now: Instant { Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000)) }

    /// Reads ISO 8601's basic format as AWS uses it: `20150830T123600Z`, nothing else.
    package init?(basicISO8601 text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 16 else { return nil }
        func part(_ range: Range<Int>) -> String { String(decoding: digits[range], as: UTF8.self) }
        guard digits[8] == UInt8(ascii: "T"), digits[15] == UInt8(ascii: "Z") else { return nil }
        self.init(
            iso8601: "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T\(part(9..<11)):\(part(11..<13)):\(part(13..<15))Z"
        )
    }

    /// The instant in that format, in whole seconds.
    package var basicISO8601: String {
        String(iso8601.prefix(19)).replacing("-", with: "").replacing(":", with: "") + "Z"
    }
}
