/// `ReaderConfig` of an `ItemReader`.
///
/// Source: AWS Step Functions developer guide, "ItemReader (Map)", "Contents of the ReaderConfig field".
struct ReaderConfig: Sendable {
    /// How many items are read at the most; 0 for all.
    private(set) var mostItems: FieldValue<Int>?
    /// How an object has its items; `nil` for a format that this version does not read.
    private var format: ItemFormat? = .json(pointer: [])
    private var manifest: ItemManifest?
    /// Whether the items are in the objects that are listed, and not these.
    private var isFlattened = false

    /// That of an `ItemReader` without one.
    init() {}

    /// Reads the field.
    init(_ fields: inout FieldReader) {
        mostItems = FieldValue("MaxItems", &fields) { $0.integer("MaxItems", 0...Int64(Int32.max)).map(Int.init) }
        let type = fields.string("InputType")
        manifest = fields.choice("ManifestType", of: ["ATHENA_DATA", "S3_INVENTORY"]).flatMap(ItemManifest.init)
        if type == "MANIFEST" { manifest = manifest ?? .inventory }
        let transformation = fields.choice("Transformation", of: ["LOAD_AND_FLATTEN", "NONE"])
        isFlattened = transformation == "LOAD_AND_FLATTEN"
        if isFlattened, type == nil {
            fields.problem("The field 'InputType' is required where Transformation is LOAD_AND_FLATTEN")
        }
        // An inventory says itself what its columns are.
        format = ItemFormat(manifest == .inventory ? "INVENTORY" : type ?? "JSON", &fields)
    }

    /// What an action of S3 reads with it, and how objects have the items; `nil` for one that reads nothing.
    func operation(_ action: String) -> (ItemReading.Operation, ItemFormat?)? {
        switch action {
        case "getObject": (manifest.map(ItemReading.Operation.namedObjects) ?? .object, format)
        case "listObjectsV2" where isFlattened: (.listedObjects, format)
        case "listObjectsV2": (.list, .json(pointer: []))
        default: nil
        }
    }
}

extension FieldReader {
    /// A text that is one of some; `nil` where it is missing or wrong.
    fileprivate mutating func choice(_ name: String, of values: [String]) -> String? {
        guard let text = string(name) else { return nil }
        guard values.contains(where: { $0 == text }) else {
            problem("\(name) must be one of \(values.joined(separator: ", ")): '\(text)'", at: name)
            return nil
        }
        return text
    }
}

extension ItemFormat {
    /// Reads the rest of `ReaderConfig`; `nil` for a format that this version does not read.
    ///
    /// - Parameter type: The `InputType`, or `INVENTORY` for the rows of an inventory.
    fileprivate init?(_ type: String, _ fields: inout FieldReader) {
        let pointer = fields.string("ItemsPointer")
        let delimiter = fields.string("CSVDelimiter") ?? "COMMA"
        let location = fields.string("CSVHeaderLocation")
        let headers = fields.take("CSVHeaders")
        switch type {
        case "INVENTORY": self = .csv(delimiter: UInt8(ascii: ","), headers: [])
        case "JSON":
            guard let tokens = Self.tokens(of: pointer ?? "") else {
                fields.problem("The value is not a valid JSON Pointer: '\(pointer ?? "")'", at: "ItemsPointer")
                return nil
            }
            self = .json(pointer: tokens)
        case "JSONL": self = .jsonLines
        case "CSV":
            guard let byte = Self.delimiters[Spelling(delimiter)] else {
                let names = Self.delimiters.keys.map(\.text).sorted().joined(separator: ", ")
                fields.problem("CSVDelimiter must be one of \(names): '\(delimiter)'", at: "CSVDelimiter")
                return nil
            }
            guard let names = Self.headers(at: location, headers, &fields) else { return nil }
            self = .csv(delimiter: byte, headers: names)
        case "MANIFEST", "PARQUET": return nil
        default:
            fields.problem("InputType must be one of CSV, JSON, JSONL, MANIFEST, PARQUET: '\(type)'", at: "InputType")
            return nil
        }
    }

    private static let delimiters: [Spelling: UInt8] = [
        "COMMA": UInt8(ascii: ","), "PIPE": UInt8(ascii: "|"), "SEMICOLON": UInt8(ascii: ";"),
        "SPACE": UInt8(ascii: " "),
        "TAB": UInt8(ascii: "\t"),
    ]

    /// AWS has 10 KB.
    private static let mostHeaderBytes = 10_240

    /// The names of the fields, a `nil` within for those in the first row; `nil` where they are wrong.
    private static func headers(at location: String?, _ given: JSON?, _ fields: inout FieldReader) -> [String]?? {
        switch location {
        case nil:
            fields.problem("The field 'CSVHeaderLocation' is required but was missing")
            return nil
        case "FIRST_ROW"?: return .some(nil)
        case "GIVEN"?:
            let names = given?.arrayValue?.compactMap(\.stringValue) ?? []
            guard !names.isEmpty, names.count == given?.arrayValue?.count else {
                fields.problem(
                    "CSVHeaders must be an array of strings where CSVHeaderLocation is GIVEN",
                    at: "CSVHeaders"
                )
                return nil
            }
            guard names.reduce(0, { $0 + $1.utf8.count }) <= mostHeaderBytes else {
                fields.problem("CSVHeaders must have at most \(mostHeaderBytes) bytes", at: "CSVHeaders")
                return nil
            }
            return names
        case let location?:
            fields.problem(
                "CSVHeaderLocation must be one of FIRST_ROW, GIVEN: '\(location)'",
                at: "CSVHeaderLocation"
            )
            return nil
        }
    }

    /// The tokens of a JSON Pointer (RFC 6901); `nil` where it is none.
    private static func tokens(of pointer: String) -> [String]? {
        guard !pointer.isEmpty else { return [] }
        guard pointer.utf8.first == UInt8(ascii: "/") else { return nil }
        var tokens: [String] = []
        for token in pointer.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            var bytes: [UInt8] = []
            var rest = token[...]
            while let byte = rest.popFirst() {
                guard byte == UInt8(ascii: "~") else {
                    bytes.append(byte)
                    continue
                }
                switch rest.popFirst() {
                case UInt8(ascii: "0"): bytes.append(UInt8(ascii: "~"))
                case UInt8(ascii: "1"): bytes.append(UInt8(ascii: "/"))
                default: return nil
                }
            }
            tokens.append(String(decoding: bytes, as: UTF8.self))
        }
        return tokens
    }
}
