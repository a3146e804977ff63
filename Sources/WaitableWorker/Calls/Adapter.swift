import Waitable

/// What carries out tasks of services that are not run here: a server that takes requests for all resources with one prefix.
package struct Adapter: Sendable, Hashable {
    /// What the ARNs of the resources begin with.
    package let prefix: String
    let url: CallURL

    /// What prefixes begin with.
    package static let shortestPrefix = "arn:aws:states:"

    /// - Returns: `nil` where the URL is no http or https URL of a plain host, without a user and a fragment.
    package init?(prefix: String, url: String) {
        guard let url = CallURL(url) else { return nil }
        self.prefix = prefix
        self.url = url
    }

    /// Whether a resource is the adapter's: as it is written, or without its region and account.
    func carriesOut(_ integration: OutsideIntegration) -> Bool {
        [integration.resource, integration.plainResource].contains { $0.utf8.starts(with: prefix.utf8) }
    }
}
