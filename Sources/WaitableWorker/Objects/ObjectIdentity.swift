/// Which object is read.
struct ObjectIdentity: Sendable, Equatable {
    let bucket: String
    let key: String
    /// The `VersionId` that the definition gives.
    var version: String?
}
