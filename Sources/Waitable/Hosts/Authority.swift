/// A host, with a port or without: `api.example.com`, `[::1]:8080`. A user before it is not part of one.
package struct Authority: Sendable, Hashable {
    /// The host.
    package let host: URLHost
    /// The port; `nil` for the scheme's.
    package let port: Int?

    /// Reads an authority; `nil` where the text is none.
    package init?(_ text: Substring) {
        // The colons of an IPv6 address are within its brackets.
        let end = text.utf8.lastIndex(of: UInt8(ascii: "]")) ?? text.startIndex
        guard let colon = text.utf8[end...].firstIndex(of: UInt8(ascii: ":")) else {
            guard let host = URLHost(text) else { return nil }
            (self.host, port) = (host, nil)
            return
        }
        let digits = text[text.utf8.index(after: colon)...]
        guard let host = URLHost(text[..<colon]), (1...5).contains(digits.utf8.count),
            digits.utf8.allSatisfy(\.isASCIIDigit), let port = Int(digits), (1...65_535).contains(port)
        else { return nil }
        (self.host, self.port) = (host, port)
    }
}
