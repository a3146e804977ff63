import Foundation

/// A host in a URL, in the one way it is written here: a name or an IPv4 address in lower case, or an IPv6 address in
/// brackets. Two of the same text are the same host, and what is written otherwise is none.
package struct URLHost: Sendable, Hashable {
    /// `api.example.com`, `127.0.0.1`, `[::1]`
    package let text: String

    /// Reads a host: letters, digits and hyphens with dots between them, or an IPv6 address in brackets. There are no
    /// percent-escapes, no dot at the end, and no numbers but an IPv4 address of four decimal ones: resolvers take
    /// `2130706433`, `0x7f.1` and `127.1` for an address too.
    package init?(_ text: Substring) {
        if text.utf8.first == UInt8(ascii: "[") {
            guard text.utf8.last == UInt8(ascii: "]"), let address = Self.addressV6(text.dropFirst().dropLast()) else {
                return nil
            }
            self.text = "[\(address)]"
            return
        }
        let labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard text.utf8.count <= 253, labels.allSatisfy(Self.isLabel), let last = labels.last else { return nil }
        if Self.isNumber(last) {
            guard labels.count == 4, labels.allSatisfy(Self.isByte) else { return nil }
        }
        self.text = text.lowercased()
    }

    /// Whether it ends with a dot and another name.
    package func isBelow(_ name: URLHost) -> Bool {
        text.utf8.count > name.text.utf8.count + 1
            && text.utf8.suffix(name.text.utf8.count + 1).elementsEqual(("." + name.text).utf8)
    }

    /// Whether it is an address, and no name.
    package var isAddress: Bool {
        text.utf8.first == UInt8(ascii: "[")
            || text.utf8.split(separator: UInt8(ascii: ".")).last.map(Self.isNumber) == true
    }

    private static func isLabel(_ label: Substring.UTF8View) -> Bool {
        guard (1...63).contains(label.count), let first = label.first else { return false }
        let last = label[label.index(label.startIndex, offsetBy: label.count - 1)]
        return first.isASCIIAlphanumeric && last.isASCIIAlphanumeric
            && label.allSatisfy { $0.isASCIIAlphanumeric || $0 == UInt8(ascii: "-") }
    }

    /// What resolvers may take for a number: digits, or `0x…`.
    private static func isNumber(_ label: Substring.UTF8View) -> Bool {
        label.allSatisfy(\.isASCIIDigit) || label.prefix(2).elementsEqual("0x".utf8)
            || label.prefix(2).elementsEqual("0X".utf8)
    }

    /// A number from 0 to 255, without a zero before it, which would make it octal for some.
    private static func isByte(_ label: Substring.UTF8View) -> Bool {
        let text = String(Substring(label))
        guard let number = UInt8(text) else { return false }
        return String(number).utf8.elementsEqual(text.utf8)
    }

    /// The one way to write an IPv6 address; `nil` where the text is none. Zones are none.
    private static func addressV6(_ text: Substring) -> String? {
        guard text.utf8.allSatisfy({ $0.isASCIIAlphanumeric || ":.".utf8.contains($0) }) else { return nil }
        var address = in6_addr()
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_pton(AF_INET6, String(text), &address) == 1,
            inet_ntop(AF_INET6, &address, &buffer, socklen_t(buffer.count)) != nil
        else { return nil }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension UInt8 {
    /// `0` to `9`
    package var isASCIIDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    /// `0` to `9`, `a` to `f`, `A` to `F`
    package var isASCIIHexDigit: Bool { isASCIIDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self | 0x20) }

    /// `0` to `9`, `a` to `z`, `A` to `Z`
    package var isASCIIAlphanumeric: Bool {
        isASCIIDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
    }
}
