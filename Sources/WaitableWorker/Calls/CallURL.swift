import Waitable

/// The URL of a call, in the parts that were checked. What is called is made from these parts, so that no second reader
/// of the caller's text can find another host in it.
struct CallURL: Sendable, Hashable {
    let isSecure: Bool
    let authority: Authority
    /// The path and the query, percent-escaped.
    private var target: String

    /// Reads an http or https URL; `nil` where the text is none, or has a user, a fragment or a host that is not a plain
    /// one.
    init?(_ text: String) {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), text.utf8[colon...].starts(with: "://".utf8)
        else {
            return nil
        }
        switch text[..<colon].lowercased() {
        case "http": isSecure = false
        case "https": isSecure = true
        default: return nil
        }
        let rest = text[text.utf8.index(colon, offsetBy: 3)...]
        let end = rest.utf8.firstIndex { "/?#".utf8.contains($0) } ?? rest.endIndex
        guard let authority = Authority(rest[..<end]), !rest.utf8.contains(UInt8(ascii: "#")) else { return nil }
        self.authority = authority
        let target = rest[end...]
        let path = Self.escaped(target, leaving: "/?:@!$&'()*+,;=", leavesEscapes: true)
        self.target = target.utf8.first == UInt8(ascii: "/") ? path : "/" + path
    }

    /// The port that is called.
    var port: Int { authority.port ?? (isSecure ? 443 : 80) }

    /// The URL, of nothing but ASCII that needs no escape.
    var text: String {
        "\(isSecure ? "https" : "http")://\(authority.host.text)\(authority.port.map { ":\($0)" } ?? "")\(target)"
    }

    /// The path, percent-escaped.
    var path: Substring { target.prefix { $0 != "?" } }

    /// The query, percent-escaped; empty where there is none.
    var query: Substring { target.drop { $0 != "?" }.dropFirst() }

    /// Adds to the path what stands behind another slash; slashes in it part it further.
    mutating func addPath(_ text: String) {
        if !target.hasSuffix("/") { target += "/" }
        target += Self.escaped(text, leaving: "/")
    }

    /// Adds a parameter to the query.
    mutating func addParameter(_ name: String, _ value: String) {
        let separator = target.utf8.contains(UInt8(ascii: "?")) ? "&" : "?"
        target += "\(separator)\(Self.escaped(name))=\(Self.escaped(value))"
    }

    /// A text in which all but letters, digits, `-._~` and the bytes that are left is percent-escaped.
    private static func escaped(
        _ text: some StringProtocol,
        leaving others: String = "",
        leavesEscapes: Bool = false
    ) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        let text = Array(text.utf8)
        var bytes: [UInt8] = []
        for (index, byte) in text.enumerated() {
            let code = text[(index + 1)...].prefix(2)
            let isEscape = byte == UInt8(ascii: "%") && code.count == 2 && code.allSatisfy(\.isASCIIHexDigit)
            if byte.isASCIIAlphanumeric || "-._~".utf8.contains(byte) || others.utf8.contains(byte)
                || (leavesEscapes && isEscape)
            {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
