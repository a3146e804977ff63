/// What is wrong with an object that items are read from, or with its place.
package struct ItemFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, for whoever has written the definition.
    package let reason: String

    /// The same as ``reason``.
    package var description: String { reason }

    /// A fault with its reason.
    package init(_ reason: String) { self.reason = reason }
}
