import Foundation
import WaitableRedis

/// A place in a list of executions: those that wait, by due instant, then those that closed, the last first; or those that
/// closed without having succeeded alone.
package struct ListCursor: Sendable, Equatable {
    /// The sorted sets.
    package enum Set: String, Sendable {
        case due = "d"
        case closed = "c"
        /// What is in ``closed`` and did not succeed.
        case failed = "f"
    }

    /// Where the list goes on.
    package var set: Set
    /// The last entry seen; `nil` at the set's beginning. One without a name stands before all that have its score.
    package var last: ListedMember?

    /// The list's beginning.
    package static let beginning = ListCursor(set: .due, after: nil)

    /// A place after an entry.
    package init(set: Set, after last: ListedMember?) {
        self.set = set
        self.last = last
    }

    /// The cursor as a text for URLs, short enough to be copied: the set, the score's bits to the base of 36, and the
    /// member in base64 for URLs.
    package var token: String {
        guard let last else { return set.rawValue }
        let member = Data(last.bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
        return "\(set.rawValue).\(String(last.score.bitPattern, radix: 36)).\(member.replacing("=", with: ""))"
    }

    /// Reads a token; `nil` where it is none.
    package init?(token: String) {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard let set = Set(rawValue: String(parts[0])) else { return nil }
        if parts.count == 1 {
            self.init(set: set, after: nil)
            return
        }
        guard parts.count == 3, let bits = UInt64(parts[1], radix: 36), let bytes = Self.bytes(base64: parts[2])
        else { return nil }
        let score = Double(bitPattern: bits)
        guard !score.isNaN else { return nil }
        self.init(set: set, after: ListedMember(set: set, bytes: bytes, score: score))
        // One place has one token: what reads the same and is written otherwise was not given out here.
        guard self.token == token else { return nil }
    }

    private static func bytes(base64 text: Substring) -> [UInt8]? {
        let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        let text = text.replacing("-", with: "+").replacing("_", with: "/") + padding
        return Data(base64Encoded: String(text)).map(Array.init)
    }
}

/// One entry of the list of executions.
package struct ListedMember: Sendable, Equatable {
    /// The set it stands in.
    package var set: ListCursor.Set
    /// The member as stored: put there by hand, it can be of any bytes.
    package var bytes: [UInt8]
    /// Its score: the due or closing instant in Unix ms; with a fraction, a lease.
    package var score: Double

    /// The member as a text: `machine:id`, or a bare Id.
    package var name: String { String(decoding: bytes, as: UTF8.self) }

    /// An entry from its parts.
    package init(set: ListCursor.Set, bytes: [UInt8], score: Double) {
        self.set = set
        self.bytes = bytes
        self.score = score
    }
}
