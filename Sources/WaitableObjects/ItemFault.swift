/// What is wrong with an object that items are read from, or with its place.
package struct ItemFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, for whoever has written the definition.
    package let reason: String
    /// Whether the reason is AWS's, which says nothing of the object.
    package let isOfAWS: Bool

    /// The same as ``reason``.
    package var description: String { reason }

    /// A fault with its reason.
    package init(_ reason: String, isOfAWS: Bool = false) {
        self.reason = reason
        self.isOfAWS = isOfAWS
    }

    /// The object is another one than that which was read before.
    package static func changed(from known: String, to version: String) -> ItemFault {
        ItemFault("It was changed while it was read: it was \(known), and is \(version)")
    }
}
