import StatesLanguage
import WaitableObjects

/// An object whose content has items. One whose name ends in `.gz` is unpacked.
///
/// Source: AWS Step Functions developer guide, "ItemReader (Map)".
struct ItemObject: Sendable {
    let storage: any ObjectStorage
    let identity: ObjectIdentity
    let memory: PageMemory

    var key: String { identity.key }

    /// How many bytes are asked for at once.
    private static let part = 65_536
    /// What a file begins with that is packed with gzip.
    private static let gzip: [UInt8] = [0x1F, 0x8B]
    /// What is not read, and what helps.
    private static let unread = [
        (".parquet", "This version does not read Parquet: write it as CSV or JSON Lines"),
        (".zst", "This version does not unpack Zstandard: pack it with gzip, under a name that ends in '.gz'"),
    ]

    /// Reads a page of its items.
    ///
    /// - Parameter position: Where the page before has ended; `nil` for the first one.
    func page(
        _ format: ItemFormat,
        from position: String?,
        most: Int
    ) async throws(TransferFailure) -> ItemReadingCaller.Page {
        var page = try told { () throws(ItemFault) in try ItemPage(format, from: position, most: most) }
        let unpacked = try await unpacked(at: page.offset, version: page.version)
        var isLast = false
        while !page.isFull {
            let chunk = try await next(unpacked, at: page.offset)
            try told { () throws(ItemFault) in
                try page.take(chunk.bytes, version: chunk.version, isLast: chunk.isLast)
            }
            isLast = chunk.isLast
        }
        if let unpacked {
            if page.isAtEnd {
                // What stands behind an array has the checksum of all.
                while !isLast { isLast = try await unpacked.next(of: self).isLast }
            } else if let version = page.version {
                await memory.unpacked.keep(unpacked, identity, version: version, rest: page.rest)
            }
        }
        return ItemReadingCaller.Page(items: page.items, position: page.position)
    }

    /// The whole content.
    ///
    /// - Parameter most: How many bytes it may have.
    func content(upTo most: Int) async throws(TransferFailure) -> (bytes: [UInt8], version: String) {
        let unpacked = try await unpacked(at: 0, version: nil)
        var bytes: [UInt8] = []
        var version: String?
        while true {
            let chunk = try await next(unpacked, at: Int64(bytes.count))
            if let version, version != chunk.version {
                throw TransferFailure(key, .changed(from: version, to: chunk.version))
            }
            version = chunk.version
            bytes += chunk.bytes
            guard bytes.count <= most else { throw TransferFailure(key, ItemFault("It has more than \(most) bytes")) }
            if chunk.isLast { return (bytes, chunk.version) }
        }
    }

    /// A part of the object as it is stored.
    func read(from offset: Int64, most: Int) async throws(TransferFailure) -> ObjectChunk {
        guard !Task.isCancelled else { throw .givenUp }
        let chunk: ObjectChunk
        do throws(StorageFault) {
            chunk = try await storage.patiently { (storage) throws(StorageFault) in
                try await storage.read(key, version: identity.version, from: offset, most: most)
            }
        } catch {
            throw TransferFailure(key, error)
        }
        guard chunk.isLast || !chunk.bytes.isEmpty else {
            throw TransferFailure(reason: "The object '\(key)': nothing came, and it is not at its end")
        }
        return chunk
    }

    /// The content from a place on, where it has to be unpacked; `nil` where the object has it as it is.
    ///
    /// - Parameter version: What the object's version must be; `nil` for any.
    private func unpacked(at offset: Int64, version: String?) async throws(TransferFailure) -> UnpackedObject? {
        if let (_, reason) = Self.unread.first(where: { key.hasSuffix($0.0) }) {
            throw TransferFailure(key, ItemFault(reason))
        }
        guard key.hasSuffix(".gz") else { return nil }
        var object = version.flatMap { memory.unpacked.take(identity, version: $0, before: offset) }
        if object == nil { object = try told { () throws(ItemFault) in try UnpackedObject(version: version) } }
        try await object?.skip(to: offset, in: self)
        return object
    }

    private func next(_ unpacked: UnpackedObject?, at offset: Int64) async throws(TransferFailure) -> ObjectChunk {
        if let unpacked { return try await unpacked.next(of: self) }
        let chunk = try await read(from: offset, most: Self.part)
        guard offset > 0 || !chunk.bytes.starts(with: Self.gzip) else {
            throw TransferFailure(key, ItemFault("It is packed with gzip, and its name does not end in '.gz'"))
        }
        return chunk
    }

    /// Tells faults with the object's name.
    private func told<Value>(_ body: () throws(ItemFault) -> Value) throws(TransferFailure) -> Value {
        do throws(ItemFault) {
            return try body()
        } catch {
            throw TransferFailure(key, error)
        }
    }
}
