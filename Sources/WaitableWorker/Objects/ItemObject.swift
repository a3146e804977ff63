import StatesLanguage
import WaitableObjects

/// An object whose content has items.
struct ItemObject {
    let storage: any ObjectStorage
    let key: String
    var version: String?

    /// How many bytes are asked for at once.
    private static let chunk = 65_536

    /// Reads a page of its items.
    ///
    /// - Parameter position: Where the page before has ended; `nil` for the first one.
    func page(
        _ format: ItemFormat,
        from position: String?,
        most: Int
    ) async throws(TransferFailure) -> ItemReadingCaller.Page {
        var page: ItemPage
        do throws(ItemFault) {
            page = try ItemPage(format, from: position, most: most)
        } catch {
            throw TransferFailure(key, error)
        }
        while !page.isFull {
            let chunk = try await chunk(from: page.offset)
            do throws(ItemFault) {
                try page.take(chunk.bytes, version: chunk.version, isLast: chunk.isLast)
            } catch {
                throw TransferFailure(key, error)
            }
        }
        return ItemReadingCaller.Page(items: page.items, position: page.position)
    }

    /// The whole content.
    ///
    /// - Parameter most: How many bytes it may have.
    func content(upTo most: Int) async throws(TransferFailure) -> (bytes: [UInt8], version: String) {
        var bytes: [UInt8] = []
        while true {
            let chunk = try await chunk(from: Int64(bytes.count))
            bytes += chunk.bytes
            if chunk.isLast { return (bytes, chunk.version) }
            guard bytes.count <= most else { throw TransferFailure(key, ItemFault("It has more than \(most) bytes")) }
        }
    }

    private func chunk(from offset: Int64) async throws(TransferFailure) -> ObjectChunk {
        let chunk: ObjectChunk
        do throws(StorageFault) {
            chunk = try await storage.patiently { (storage) throws(StorageFault) in
                try await storage.read(key, version: version, from: offset, most: Self.chunk)
            }
        } catch {
            throw TransferFailure(key, error)
        }
        guard chunk.isLast || !chunk.bytes.isEmpty else {
            throw TransferFailure(reason: "The object '\(key)': nothing came, and it is not at its end")
        }
        return chunk
    }
}
