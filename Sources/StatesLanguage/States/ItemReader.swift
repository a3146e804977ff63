/// `ItemReader` of a Map state in distributed mode: where its items are read from, outside the execution's data.
///
/// Source: AWS Step Functions developer guide, "ItemReader (Map)".
struct ItemReader: Sendable {
    private enum Plan: Sendable {
        case read(ItemReading.Operation, ItemFormat)
        case unsupported(String)
    }

    private let plan: Plan
    private let parameters: (any Template)?
    /// How many items are read at the most; 0 for all.
    private let mostItems: FieldValue<Int>?
    /// The bucket that the definition itself names; `nil` where the data does.
    let bucket: String?

    /// Reads the field; `nil` where it is missing or wrong.
    init?(_ fields: inout FieldReader) {
        guard let object = fields.object("ItemReader") else { return nil }
        var reader = fields.reader(of: object, at: "ItemReader")
        let resource = reader.requiredString("Resource") ?? ""
        bucket = reader.givenBucket
        parameters = reader.language.template(reader.language.parametersField, &reader)
        var format: ItemFormat? = .json(pointer: [])
        var most: FieldValue<Int>?
        if let object = reader.object("ReaderConfig") {
            var config = reader.reader(of: object, at: "ReaderConfig")
            most = FieldValue("MaxItems", &config) { $0.integer("MaxItems", 0...Int64(Int32.max)).map(Int.init) }
            format = ItemFormat(&config)
            config.finish()
            reader.add(config)
        }
        mostItems = most
        let operation = ServiceOperation.name(in: resource, of: "s3").flatMap(ItemReading.Operation.init)
        switch (operation, format) {
        case (.object?, let format?): plan = .read(.object, format)
        case (.list?, _): plan = .read(.list, .json(pointer: []))
        case (.object?, nil):
            plan = .unsupported("ItemReader with this InputType is not supported by this version")
        case (nil, _): plan = .unsupported("ItemReader with the resource \(resource) is not supported by this version")
        }
        if case .unsupported(let cause) = plan { reader.warn(cause, at: "Resource") }
        reader.finish()
        fields.add(reader)
        if case .read = plan {
            fields.warn(MapTransfer.warning("is read", ErrorName.itemReaderFailed), at: "ItemReader")
        }
    }

    /// How many items are read at the most.
    ///
    /// - Parameter scope: With the effective input.
    func mostItems(_ scope: DataScope) throws(StateFailure) -> Int {
        let most = try mostItems?.count(scope, belowZero: Self.belowZero) ?? 0
        return most == 0 ? .max : most
    }

    private static let belowZero = StateFailure(
        error: ErrorName.itemReaderFailed,
        cause: "field MaxItems must be positive"
    )

    /// The request for a page.
    ///
    /// - Parameter scope: With the effective input.
    func reading(
        _ page: (id: Int, number: Int, most: Int),
        from position: String?,
        _ scope: DataScope
    ) throws(StateFailure) -> ItemReading {
        guard case .read(let operation, let format) = plan else {
            guard case .unsupported(let cause) = plan else { preconditionFailure("there are two plans") }
            throw StateFailure(error: ErrorName.itemReaderFailed, cause: cause)
        }
        return ItemReading(
            id: page.id,
            operation: operation,
            format: format,
            parameters: try parameters?.value(scope).objectValue ?? [:],
            page: page.number,
            position: position,
            most: page.most
        )
    }

}

extension ItemFormat {
    /// Reads `ReaderConfig`; `nil` for a format that this version does not read.
    fileprivate init?(_ fields: inout FieldReader) {
        let type = fields.string("InputType") ?? "JSON"
        let pointer = fields.string("ItemsPointer")
        let delimiter = fields.string("CSVDelimiter") ?? "COMMA"
        let location = fields.string("CSVHeaderLocation")
        let headers = fields.take("CSVHeaders")
        for name in ["ManifestType", "Transformation"] { _ = fields.take(name) }
        switch type {
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

extension MapTransfer {
    /// What a definition is told that has an `ItemReader` or a `ResultWriter`.
    static func warning(_ what: String, _ error: String) -> String {
        "The bucket \(what) where WAITABLE_BUCKETS of the workers says; without it the state fails with \(error)"
    }
}

extension FieldReader {
    /// The bucket that the parameters of a reader or writer have as a constant.
    var givenBucket: String? {
        let bucket = peek(language.parametersField)?.objectValue?["Bucket"]?.stringValue
        return bucket.flatMap { ExpressionText.isExpression($0) ? nil : $0 }
    }
}

/// The operations of AWS's services in resources.
enum ServiceOperation {
    /// `getObject` of `arn:aws:states:::s3:getObject`, also with a region and an account; `nil` for another service's.
    static func name(in resource: String, of service: String) -> String? {
        let parts = resource.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 7, parts[0] == "arn", parts[1].hasPrefix("aws"), parts[2] == "states", parts[5] == service
        else { return nil }
        return String(parts[6])
    }
}
