/// What a route needs of a caller, where credentials are configured.
package enum RequiredAccess: Sendable, Equatable {
    /// Nothing: health, and what is no secret.
    case open
    /// Any known caller.
    case caller
    /// A caller with a right.
    case right(Right)

    /// A caller who may start.
    package static let start = RequiredAccess.right(.start)
    /// A caller who may read.
    package static let read = RequiredAccess.right(.read)
    /// A caller who may manage.
    package static let manage = RequiredAccess.right(.manage)
}
