import Synchronization

/// Objects that are unpacked page by page, until the next page of each is read. Of what finds no room here, or is read by
/// another worker, the next page costs all that comes before it.
final class UnpackedObjects: Sendable {
    private struct Kept {
        let identity: ObjectIdentity
        let version: String
        let offset: Int64
        let size: Int
        let object: UnpackedObject
    }

    /// Those that were used last are last.
    private let kept = Mutex<[Kept]>([])
    private let most: Int
    private let mostBytes: Int

    /// - Parameters:
    ///   - most: How many are kept.
    ///   - mostBytes: How much memory they take together, but for the last one.
    init(most: Int = 256, mostBytes: Int = 67_108_864) {
        self.most = most
        self.mostBytes = mostBytes
    }

    /// Takes out the one that goes on nearest before a place, for whoever reads on there.
    func take(_ identity: ObjectIdentity, version: String, before offset: Int64) -> UnpackedObject? {
        kept.withLock { kept in
            let nearest = kept.indices
                .filter { kept[$0].identity == identity && kept[$0].version == version && kept[$0].offset <= offset }
                .max { kept[$0].offset < kept[$1].offset }
            return nearest.map { kept.remove(at: $0).object }
        }
    }

    /// Keeps one that nobody reads at the moment.
    ///
    /// - Parameters:
    ///   - rest: What was unpacked, and not used.
    ///   - version: What tells the object's content from any other.
    func keep(_ object: UnpackedObject, _ identity: ObjectIdentity, version: String, rest: [UInt8]) async {
        let (offset, size) = await object.giveBack(rest)
        kept.withLock { kept in
            kept.append(Kept(identity: identity, version: version, offset: offset, size: size, object: object))
            while kept.count > 1, kept.count > most || kept.reduce(0, { $0 + $1.size }) > mostBytes {
                kept.removeFirst()
            }
        }
    }
}
