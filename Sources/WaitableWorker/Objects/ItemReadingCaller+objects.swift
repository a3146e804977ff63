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

    /// Where the next items are.
    private enum Next {
        case part(Part)
        /// Behind what was passed over.
        case further
        case end
    }

    func objects(_ reading: ItemReading) async throws(TransferFailure) -> Page {
        var position = try reading.position.map { (text) throws(TransferFailure) in try Position(text) } ?? Position()
        for _ in 0..<Self.mostPassedOver {
            let part: Part
            switch try await next(of: reading, at: &position) {
            case .part(let next): part = next
            case .further: continue
            case .end: return Page()
            }
            guard let storage = part.bucket == bucket ? storage : others(part.bucket) else {
                throw TransferFailure.noPlace(part.bucket)
            }
            let identity = ObjectIdentity(bucket: part.bucket, key: part.key)
            let object = ItemObject(storage: storage, identity: identity, memory: memory)
            var page = try await object.page(part.format, from: position.inner, most: reading.most)
            position.key = part.key
            position.inner = page.position
            if page.position == nil { position.number += 1 }
            if page.items.isEmpty, page.position == nil { continue }
            page.source = "S3://\(part.bucket)/\(part.key)"
            page.position = position.text
            return page
        }
        return Page(position: position.text)
    }

    private func next(of reading: ItemReading, at position: inout Position) async throws(TransferFailure) -> Next {
        if case .namedObjects(let kind) = reading.operation {
            let manifest = try await manifest(kind, of: reading, at: &position)
            guard manifest.objects.indices.contains(position.number) else { return .end }
            let named = manifest.objects[position.number]
            let format = manifest.format ?? reading.format
            return .part(Part(bucket: named.bucket ?? bucket, key: named.key, format: format))
        }
        if position.inner == nil {
            let found = try await listed(reading, behind: position.key)
            if let next = found.first(where: { $0.size > 0 }) {
                return .part(Part(bucket: bucket, key: next.key, format: reading.format))
            }
            // Objects without any content.
            guard found.count == Self.mostPassedOver, let last = found.last else { return .end }
            position.key = last.key
            return .further
        }
        guard let key = position.key else { throw TransferFailure(reason: "The position is none: \(position.text)") }
        return .part(Part(bucket: bucket, key: key, format: reading.format))
    }

    /// The manifest, in the version that the pages before were read by.
    private func manifest(
        _ kind: ItemManifest,
        of reading: ItemReading,
        at position: inout Position
    ) async throws(TransferFailure) -> ObjectManifest {
        guard let key = reading.parameters["Key"]?.stringValue else {
            throw TransferFailure(reason: "Key: must be a string")
        }
        let object = named(key, version: reading.parameters["VersionId"]?.stringValue)
        if let known = position.manifest,
            let manifest = memory.manifests.manifest(object.identity, kind, version: known)
        {
            return manifest
        }
        let (bytes, version) = try await object.content(upTo: Self.mostManifestBytes)
        if let known = position.manifest, known != version {
            throw TransferFailure(key, .changed(from: known, to: version))
        }
        position.manifest = version
        let manifest: ObjectManifest
        do throws(ItemFault) {
            manifest = try ObjectManifest(bytes, kind)
        } catch {
            throw TransferFailure(key, error)
        }
        memory.manifests.keep(manifest, object.identity, kind, version: version, size: bytes.count)
        return manifest
    }

    /// The next objects of a list.
    private func listed(
        _ reading: ItemReading,
        behind key: String?
    ) async throws(TransferFailure) -> [ListedObject] {
        let prefix = reading.parameters["Prefix"]?.stringValue ?? ""
        let last = key.map(ListPlace.goingOn) ?? .beginning(after: reading.parameters["StartAfter"]?.stringValue)
        do throws(StorageFault) {
            return try await storage.patiently { (storage) throws(StorageFault) in
                try await storage.list(prefix: prefix, after: last, most: Self.mostPassedOver)
            }
        } catch {
            throw TransferFailure(reason: "The list of objects: \(error)")
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
