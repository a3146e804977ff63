package import StatesLanguage

/// An object that names others, which have the items of a map run.
///
/// Source: AWS Step Functions developer guide, "ItemReader (Map)"; Amazon S3 user guide, "Locating your inventory list"; Amazon
/// Athena user guide, "UNLOAD".
package struct ObjectManifest: Sendable, Equatable {
    /// An object that it names.
    package struct Object: Sendable, Equatable {
        /// Its bucket; `nil` for the manifest's own.
        package let bucket: String?
        /// Its key.
        package let key: String
    }

    /// The objects, in their order.
    package let objects: [Object]
    /// How they have the items; `nil` where the manifest does not say it.
    package let format: ItemFormat?

    /// Reads one.
    package init(_ bytes: [UInt8], _ kind: ItemManifest) throws(ItemFault) {
        switch kind {
        case .inventory: try self.init(inventory: try ItemBytes.value(bytes[...], "The manifest"))
        case .athena: try self.init(list: bytes)
        }
    }

    private init(inventory: JSON) throws(ItemFault) {
        let object = inventory.objectValue ?? [:]
        let fileFormat = object["fileFormat"]?.stringValue ?? ""
        guard fileFormat == "CSV" else {
            throw ItemFault("Its 'fileFormat' must be CSV: '\(fileFormat)'")
        }
        let schema = object["fileSchema"]?.stringValue ?? ""
        let names = schema.utf8.split(separator: UInt8(ascii: ",")).map { name in
            let trimmed = name.drop { ItemBytes.isSpace($0) }
            return String(decoding: trimmed, as: UTF8.self)
        }
        guard !names.isEmpty else { throw ItemFault("Its 'fileSchema' must name the columns") }
        guard let files = object["files"]?.arrayValue else { throw ItemFault("Its 'files' must be an array") }
        let bucket = object["destinationBucket"]?.stringValue.map { $0.without(prefix: "arn:aws:s3:::") ?? $0 }
        objects = try files.enumerated().map { (number, file) throws(ItemFault) in
            guard let key = file.objectValue?["key"]?.stringValue else {
                throw ItemFault("Its 'files[\(number)].key' must be a string")
            }
            return Object(bucket: bucket, key: key)
        }
        format = .csv(delimiter: UInt8(ascii: ","), headers: names)
    }

    private init(list bytes: [UInt8]) throws(ItemFault) {
        var objects: [Object] = []
        for line in bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            let text = String(decoding: line, as: UTF8.self)
            guard let path = text.without(prefix: "s3://")?.utf8, let slash = path.firstIndex(of: UInt8(ascii: "/"))
            else { throw ItemFault("It must have a URI of S3 in each line: '\(text.prefix(codePoints: 200))'") }
            let bucket = String(decoding: path[..<slash], as: UTF8.self)
            let key = String(decoding: path[slash...].dropFirst(), as: UTF8.self)
            objects.append(Object(bucket: bucket, key: key))
        }
        self.objects = objects
        format = nil
    }
}
