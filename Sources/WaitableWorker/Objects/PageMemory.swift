/// What a worker keeps between the pages of items that it reads, in bounded memory. It saves work: where a page begins is told by its
/// position alone, so that any other worker can read it.
final class PageMemory: Sendable {
    /// Folders that were looked at.
    let windows = KeyWindows()
    /// Manifests that were read.
    let manifests = Manifests()
    /// Objects that are being unpacked.
    let unpacked = UnpackedObjects()
}
