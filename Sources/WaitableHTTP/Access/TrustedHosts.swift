import HTTPTypes
package import Waitable

/// What keeps pages of other sites out while no credentials are configured: a browser on this machine or network reaches
/// the server as its user does, and lends that to every page it shows.
///
/// A page gives itself away by what its browser sends: `Host` (the name that it took to get here, by which DNS rebinding
/// is seen), `Origin` and `Sec-Fetch-Site`. Clients that are no browsers send the first alone.
package struct TrustedHosts: Sendable {
    private let names: Set<URLHost>
    private let ownName: URLHost?
    private let trustsBareNames: Bool

    /// Hosts under which the server may be called, besides all addresses and `localhost`.
    ///
    /// - Parameters:
    ///   - names: Their pages may call it too, at whatever port they are.
    ///   - ownName: The host that it listens on.
    ///   - trustsBareNames: Whether a name without a dot will do, as networks of containers have them.
    package init(_ names: some Sequence<URLHost> = [], ownName: URLHost? = nil, trustsBareNames: Bool = false) {
        self.names = Set(names)
        self.ownName = ownName
        self.trustsBareNames = trustsBareNames
    }

    /// Lets a request pass that no page of another site can have sent.
    ///
    /// - Throws: A `FieldError` that names the header.
    func check(_ request: HTTPRequest) throws(FieldError) {
        let text = request.authority
        let authority = text.flatMap { Authority($0[...]) }
        if let text {
            guard let authority, trusts(authority.host) else {
                throw FieldError(
                    field: "Host",
                    rule: "must be an address, localhost or a name in WAITABLE_ALLOWED_HOSTS while no credentials are"
                        + " configured",
                    value: text
                )
            }
        }
        var isListed = false
        for origin in request.headerFields[values: .origin] {
            let page = Self.authority(ofOrigin: origin)
            isListed = page.map { names.contains($0.host) } ?? false
            guard isListed || (page != nil && page == authority) else {
                throw FieldError(
                    field: "Origin",
                    rule:
                        "must be of this host, or of a name in WAITABLE_ALLOWED_HOSTS, while no credentials are configured",
                    value: origin
                )
            }
        }
        for site in request.headerFields[values: .secFetchSite] where !isListed {
            guard ["same-origin", "none"].contains(site) else {
                throw FieldError(
                    field: "Sec-Fetch-Site",
                    rule: "must be same-origin or none while no credentials are configured",
                    value: site
                )
            }
        }
    }

    private func trusts(_ host: URLHost) -> Bool {
        host.isAddress || host.text == "localhost" || host == ownName || names.contains(host)
            || (trustsBareNames && !host.text.utf8.contains(UInt8(ascii: ".")))
    }

    /// The host and port of `http://…` or `https://…`; `nil` for any other origin, `null` among them.
    private static func authority(ofOrigin origin: String) -> Authority? {
        for scheme in ["http://", "https://"] where origin.utf8.starts(with: scheme.utf8) {
            return Authority(origin[...].dropFirst(scheme.count))
        }
        return nil
    }
}

extension HTTPField.Name {
    fileprivate static let secFetchSite = Self("Sec-Fetch-Site")!
}
