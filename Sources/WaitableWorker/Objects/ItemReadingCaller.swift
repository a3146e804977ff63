import StatesLanguage
import Waitable
import WaitableObjects

/// Reads a page of a map run's items. It keeps nothing: where the next page begins is part of the answer.
struct ItemReadingCaller: Sendable {
    let storage: any ObjectStorage

    /// How many bytes are asked for at once.
    private static let chunk = 65_536
    /// How many objects of a list make a page, at the most.
    private static let mostListed = 200

    func answer(to reading: ItemReading) async throws(TransferFailure) -> TaskAnswer {
        let (items, position) =
            switch reading.operation {
            case .object: try await object(reading)
            case .list: try await list(reading)
            }
        var answer: JSONObject = ["page": .integer(Int64(reading.page)), "items": .array(items)]
        answer["position"] = position.map(JSON.string)
        let output = JSON.object(answer)
        guard !output.isNested(deeperThan: TaskAnswer.deepestEntry - 1) else {
            throw TransferFailure(reason: "An item is nested deeper than \(TaskAnswer.deepestEntry - 3) levels")
        }
        return .succeeded(output)
    }

    private func object(_ reading: ItemReading) async throws(TransferFailure) -> (items: [JSON], position: String?) {
        guard let key = reading.parameters["Key"]?.stringValue else {
            throw TransferFailure(reason: "Key: must be a string")
        }
        let version = reading.parameters["VersionId"]?.stringValue
        var page: ItemPage
        do throws(ItemFault) {
            page = try ItemPage(reading.format, from: reading.position, most: reading.most)
        } catch {
            throw TransferFailure(key, error)
        }
        while !page.isFull {
            let offset = page.offset
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
            do throws(ItemFault) {
                try page.take(chunk.bytes, version: chunk.version, isLast: chunk.isLast)
            } catch {
                throw TransferFailure(key, error)
            }
        }
        return (page.items, page.position)
    }

    private func list(_ reading: ItemReading) async throws(TransferFailure) -> (items: [JSON], position: String?) {
        let prefix = reading.parameters["Prefix"]?.stringValue ?? ""
        let last = reading.position ?? reading.parameters["StartAfter"]?.stringValue
        let most = min(reading.most, Self.mostListed)
        let objects: [ListedObject]
        do throws(StorageFault) {
            objects = try await storage.patiently { (storage) throws(StorageFault) in
                try await storage.list(prefix: prefix, after: last, most: most)
            }
        } catch {
            throw TransferFailure(reason: "The list of objects: \(error)")
        }
        let items = objects.map { object in
            JSON.object([
                "Etag": .string(object.entityTag), "Key": .string(object.key),
                "LastModified": .integer(object.modified), "Size": .integer(object.size),
                "StorageClass": .string("STANDARD"),
            ])
        }
        return (items, objects.count < most ? nil : objects.last?.key)
    }
}
