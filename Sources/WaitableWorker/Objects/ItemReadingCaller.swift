import StatesLanguage
import Waitable
import WaitableObjects

/// Reads a page of a map run's items. Where the next page begins is part of the answer.
struct ItemReadingCaller: Sendable {
    let storage: any ObjectStorage
    /// The bucket that ``storage`` is of.
    let bucket: String
    let memory: PageMemory
    /// The objects of another bucket; `nil` where no setting says where they are.
    let others: @Sendable (_ bucket: String) -> (any ObjectStorage)?

    /// How many objects of a list make a page, at the most.
    private static let mostListed = 200

    /// A page, and where the next one begins; `nil` where there is none.
    struct Page {
        var items: [JSON] = []
        /// Where the items come from, where that is not the same for all pages.
        var source: String?
        var position: String?
    }

    func answer(to reading: ItemReading) async throws(TransferFailure) -> TaskAnswer {
        let page =
            switch reading.operation {
            case .object: try await object(reading)
            case .list: try await list(reading)
            case .listedObjects, .namedObjects: try await objects(reading)
            }
        var answer: JSONObject = ["page": .integer(Int64(reading.page)), "items": .array(page.items)]
        answer["source"] = page.source.map(JSON.string)
        answer["position"] = page.position.map(JSON.string)
        let output = JSON.object(answer)
        guard !output.isNested(deeperThan: TaskAnswer.deepestEntry - 1) else {
            throw TransferFailure(reason: "An item is nested deeper than \(TaskAnswer.deepestEntry - 3) levels")
        }
        return .succeeded(output)
    }

    private func object(_ reading: ItemReading) async throws(TransferFailure) -> Page {
        guard let key = reading.parameters["Key"]?.stringValue else {
            throw TransferFailure(reason: "Key: must be a string")
        }
        let named = named(key, version: reading.parameters["VersionId"]?.stringValue)
        return try await named.page(reading.format, from: reading.position, most: reading.most)
    }

    /// An object of the bucket.
    func named(_ key: String, version: String?) -> ItemObject {
        let identity = ObjectIdentity(bucket: bucket, key: key, version: version)
        return ItemObject(storage: storage, identity: identity, memory: memory)
    }

    private func list(_ reading: ItemReading) async throws(TransferFailure) -> Page {
        let prefix = reading.parameters["Prefix"]?.stringValue ?? ""
        let last =
            reading.position.map(ListPlace.goingOn)
            ?? .beginning(after: reading.parameters["StartAfter"]?.stringValue)
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
        return Page(items: items, position: objects.count < most ? nil : objects.last?.key)
    }
}
