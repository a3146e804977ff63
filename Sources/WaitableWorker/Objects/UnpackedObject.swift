import StatesLanguage
import WaitableObjects

/// The content of an object that is packed with gzip. It is unpacked once, from its beginning to its end: nothing can begin in the
/// midst of it. Between two pages of items it waits in ``UnpackedObjects``.
actor UnpackedObject {
    private let reader: GzipReader
    /// What tells the object's content from any other; `nil` until something was read.
    private var version: String?
    /// Read, and not unpacked.
    private var packed: ArraySlice<UInt8> = []
    /// Where what is to be read next begins in the object.
    private var packedOffset: Int64 = 0
    private var isReadToEnd = false
    /// Unpacked, and not used.
    private var rest: [UInt8] = []
    /// Where what comes next begins in the content.
    private var offset: Int64 = 0

    /// How many bytes are unpacked at once.
    private static let window = 65_536
    /// How many bytes of the object are read at once.
    private static let part = 65_536
    /// The same on the way to a place.
    private static let longPart = 1_048_576
    /// What one takes by itself.
    private static let ownBytes = 65_536

    /// - Parameter version: What the object's must be; `nil` for any.
    init(version: String?) throws(ItemFault) {
        reader = try GzipReader()
        self.version = version
    }

    private var isAtEnd: Bool { isReadToEnd && packed.isEmpty && reader.isComplete }

    /// What comes next of the content: nothing at its end.
    func next(of object: ItemObject) async throws(TransferFailure) -> ObjectChunk {
        try await next(of: object, reading: Self.part)
    }

    /// Passes over the content up to a place.
    func skip(to place: Int64, in object: ItemObject) async throws(TransferFailure) {
        while offset < place {
            let chunk = try await next(of: object, reading: Self.longPart)
            if offset > place {
                rest = Array(chunk.bytes.suffix(Int(offset - place)))
                offset = place
            } else if chunk.isLast, offset < place {
                throw TransferFailure(
                    object.key,
                    ItemFault("It was changed while it was read: it has \(offset) unpacked bytes, not \(place) or more")
                )
            }
        }
    }

    /// Takes back what came and is not used.
    ///
    /// - Returns: Where the content goes on, and how many bytes of memory it takes until then.
    func giveBack(_ bytes: [UInt8]) -> (offset: Int64, size: Int) {
        rest = bytes
        offset -= Int64(bytes.count)
        // A part of an array holds all of it.
        packed = Array(packed)[...]
        return (offset, rest.count + packed.count + Self.ownBytes)
    }

    private func next(of object: ItemObject, reading count: Int) async throws(TransferFailure) -> ObjectChunk {
        let bytes = try await rest.isEmpty ? unpack(object, reading: count) : rest
        rest = []
        offset += Int64(bytes.count)
        return ObjectChunk(bytes: bytes, isLast: isAtEnd, version: version ?? "")
    }

    private func unpack(_ object: ItemObject, reading count: Int) async throws(TransferFailure) -> [UInt8] {
        while true {
            // A few bytes may be unpacked to very many: others have their turn between them.
            await Task.yield()
            guard !Task.isCancelled else { throw .givenUp }
            if packed.isEmpty, !isReadToEnd {
                let chunk = try await object.read(from: packedOffset, most: count)
                if let version, version != chunk.version {
                    throw TransferFailure(object.key, .changed(from: version, to: chunk.version))
                }
                version = chunk.version
                packed = chunk.bytes[...]
                packedOffset += Int64(chunk.bytes.count)
                isReadToEnd = chunk.isLast
            }
            do throws(ItemFault) {
                let bytes = try reader.unpack(&packed, upTo: Self.window)
                guard bytes.isEmpty else { return bytes }
                guard packed.isEmpty, isReadToEnd else { continue }
                guard reader.isComplete else {
                    throw ItemFault("Its gzip data is cut off behind \(offset) unpacked bytes")
                }
                return []
            } catch {
                throw TransferFailure(object.key, error)
            }
        }
    }
}
