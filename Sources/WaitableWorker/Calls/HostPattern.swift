import Waitable

/// Hosts that may be called: `api.example.com`, `*.example.com` for every name below it, with `:port` for one port only.
package struct HostPattern: Sendable, Hashable {
    private let host: URLHost
    private let isBelow: Bool
    private let port: Int?

    /// Reads a pattern; `nil` where the text is none.
    package init?(_ text: String) {
        isBelow = text.hasPrefix("*.")
        guard let authority = Authority(isBelow ? text.dropFirst(2) : text[...]),
            !(isBelow && authority.host.isAddress)
        else { return nil }
        host = authority.host
        port = authority.port
    }

    /// Whether a host may be called at a port.
    func allows(_ host: URLHost, port: Int) -> Bool {
        (self.port == nil || self.port == port) && (isBelow ? host.isBelow(self.host) : host == self.host)
    }
}
