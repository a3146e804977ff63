import StatesLanguage
import Synchronization
import WaitableObjects

/// Manifests that were read, so that not each page of items reads its own again.
final class Manifests: Sendable {
    private struct Kept {
        let identity: ObjectIdentity
        let kind: ItemManifest
        let version: String
        let size: Int
        let manifest: ObjectManifest
    }

    /// Those that were used last are last.
    private let kept = Mutex<[Kept]>([])

    /// How many are kept.
    private static let most = 16
    /// How many bytes the manifests have together, but for the last one.
    private static let mostBytes = 16_777_216

    /// One that was read; `nil` where it is not known, or only in another version.
    func manifest(_ identity: ObjectIdentity, _ kind: ItemManifest, version: String) -> ObjectManifest? {
        kept.withLock { kept in
            let index = kept.firstIndex { entry in
                entry.identity == identity && entry.kind == kind && entry.version == version
            }
            guard let index else { return nil }
            let found = kept.remove(at: index)
            kept.append(found)
            return found.manifest
        }
    }

    /// Keeps one.
    ///
    /// - Parameters:
    ///   - version: What tells the object's content from any other.
    ///   - size: How many bytes the object has.
    func keep(
        _ manifest: ObjectManifest,
        _ identity: ObjectIdentity,
        _ kind: ItemManifest,
        version: String,
        size: Int
    ) {
        kept.withLock { kept in
            kept.removeAll { $0.identity == identity && $0.kind == kind }
            kept.append(Kept(identity: identity, kind: kind, version: version, size: size, manifest: manifest))
            while kept.count > 1, kept.count > Self.most || kept.reduce(0, { $0 + $1.size }) > Self.mostBytes {
                kept.removeFirst()
            }
        }
    }
}
