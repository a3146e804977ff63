import StatesLanguage
import WaitableObjects

/// Items of several objects, one after the other: those of a list, or those that a manifest names. A page has items of one of them.
extension ItemReadingCaller {
    /// The most objects without an item that one call passes over.
    private static let mostPassedOver = 50
    /// The most bytes of a manifest.
    private static let mostManifestBytes = 16_777_216

    /// Where the next page begins.
    private struct Position {
        /// How many objects come before.
        var number = 0
        /// The key of the object that is read, or was last.
        var key: String?
        /// Where it goes on in that; `nil` where it has ended.
        var inner: String?
        /// What tells the manifest's content from any other.
        var manifest: String?

        init() {}

        init(_ text: String) throws(TransferFailure) {
            guard let object = (try? JSON(parsing: text))?.objectValue, let number = object["n"]?.countValue else {
                throw TransferFailure(reason: "The position is none: \(text)")
            }
            self.number = number
            key = object["k"]?.stringValue
            inner = object["p"]?.stringValue
            manifest = object["m"]?.stringValue
        }

        var text: String {
            var object: JSONObject = ["n": .integer(Int64(number))]
            object["k"] = key.map(JSON.string)
            object["p"] = inner.map(JSON.string)
            object["m"] = manifest.map(JSON.string)
            return JSON.object(object).text
        }
    }

    /// An object, and how it has its items.
    private struct Part {
        let bucket: String
        let key: String
        let format: ItemFormat
    }

    func objects(_ reading: ItemReading) async throws(TransferFailure) -> Page {
        var position = try reading.position.map { (text) throws(TransferFailure) in try Position(text) } ?? Position()
        for _ in 0..<Self.mostPassedOver {
            guard let part = try await part(of: reading, at: &position) else { return Page() }
            guard let storage = part.bucket == bucket ? storage : others(part.bucket) else {
                throw TransferFailure.noPlace(part.bucket)
            }
            for (end, what) in [(".gz", "gzip"), (".parquet", "Parquet"), (".zst", "Zstandard")]
            where part.key.hasSuffix(end) {
                throw TransferFailure(part.key, ItemFault("This version does not read \(what)"))
            }
            let object = ItemObject(storage: storage, key: part.key)
            var page = try await object.page(part.format, from: position.inner, most: reading.most)
            position.key = part.key
            position.inner = page.position
            if page.position == nil { position.number += 1 }
            guard page.items.isEmpty else {
                page.source = "S3://\(part.bucket)/\(part.key)"
                page.position = position.text
                return page
            }
        }
        return Page(position: position.text)
    }

    /// The object that the next page is of; `nil` where there is none.
    private func part(of reading: ItemReading, at position: inout Position) async throws(TransferFailure) -> Part? {
        guard case .namedObjects(let kind) = reading.operation else {
            if position.inner != nil, let key = position.key {
                return Part(bucket: bucket, key: key, format: reading.format)
            }
            return try await listed(reading, behind: position.key).map {
                Part(bucket: bucket, key: $0, format: reading.format)
            }
        }
        guard let key = reading.parameters["Key"]?.stringValue else {
            throw TransferFailure(reason: "Key: must be a string")
        }
        let object = ItemObject(storage: storage, key: key, version: reading.parameters["VersionId"]?.stringValue)
        let (bytes, version) = try await object.content(upTo: Self.mostManifestBytes)
        guard position.manifest == nil || position.manifest == version else {
            throw TransferFailure(key, ItemFault("It was changed while it was read"))
        }
        position.manifest = version
        let manifest: ObjectManifest
        do throws(ItemFault) {
            manifest = try ObjectManifest(bytes, kind)
        } catch {
            throw TransferFailure(key, error)
        }
        guard manifest.objects.indices.contains(position.number) else { return nil }
        let named = manifest.objects[position.number]
        return Part(bucket: named.bucket ?? bucket, key: named.key, format: manifest.format ?? reading.format)
    }

    /// The next object of a list that has any content; `nil` where there is none.
    private func listed(_ reading: ItemReading, behind key: String?) async throws(TransferFailure) -> String? {
        let prefix = reading.parameters["Prefix"]?.stringValue ?? ""
        var last = key.map(ListPlace.goingOn) ?? .beginning(after: reading.parameters["StartAfter"]?.stringValue)
        while true {
            let place = last
            let found: [ListedObject]
            do throws(StorageFault) {
                found = try await storage.patiently { (storage) throws(StorageFault) in
                    try await storage.list(prefix: prefix, after: place, most: Self.mostPassedOver)
                }
            } catch {
                throw TransferFailure(reason: "The list of objects: \(error)")
            }
            if let next = found.first(where: { $0.size > 0 }) { return next.key }
            guard found.count == Self.mostPassedOver, let end = found.last else { return nil }
            last = .goingOn(end.key)
        }
    }
}

extension TransferFailure {
    /// No setting says where a bucket is.
    static func noPlace(_ bucket: String) -> TransferFailure {
        TransferFailure(
            reason: "Nothing says where the bucket '\(bucket)' is: WAITABLE_BUCKETS of the worker has no place for it"
        )
    }
}
