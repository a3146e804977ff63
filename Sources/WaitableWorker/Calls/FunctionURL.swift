import Waitable

/// The URL of a function, or of many: `{name}` in it stands for the name.
package struct FunctionURL: Sendable, Hashable {
    private let template: String
    private let hasNameInHost: Bool

    /// Reads a URL; `nil` where it is no http or https URL, whatever the name.
    package init?(_ template: String) {
        guard let one = Self.url(template, "a"), let other = Self.url(template, "b") else { return nil }
        self.template = template
        hasNameInHost = one.authority != other.authority
    }

    /// The URL of a function; `nil` where its name does not go into the host.
    func url(of name: FunctionName) -> CallURL? {
        guard let url = Self.url(template, name.text) else { return nil }
        // A name must not make an address, nor stand for the worker itself.
        guard !hasNameInHost || !(url.authority.host.isAddress || url.authority.host.text == "localhost") else {
            return nil
        }
        return url
    }

    private static func url(_ template: String, _ name: String) -> CallURL? {
        CallURL(template.replacing("{name}", with: name))
    }
}
