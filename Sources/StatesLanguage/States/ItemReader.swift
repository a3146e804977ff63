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
        var config = ReaderConfig()
        if let object = reader.object("ReaderConfig") {
            var fields = reader.reader(of: object, at: "ReaderConfig")
            config = ReaderConfig(&fields)
            fields.finish()
            reader.add(fields)
        }
        mostItems = config.mostItems
        plan =
            switch ServiceOperation.name(in: resource, of: "s3").flatMap(config.operation) {
            case nil: .unsupported("ItemReader with the resource \(resource) is not supported by this version")
            case (_, nil)?: .unsupported("ItemReader with this InputType is not supported by this version")
            case (let operation, let format?)?: .read(operation, format)
            }
        if case .unsupported(let cause) = plan { reader.warn(cause, at: "Resource") }
        reader.finish()
        fields.add(reader)
        if case .read = plan {
            fields.warn(MapTransfer.warning("is read", ErrorName.itemReaderFailed), at: "ItemReader")
        }
    }

    /// Where the items come from: an object, or a list; `nil` where that differs from item to item.
    ///
    /// - Parameter scope: With the effective input.
    func source(_ scope: DataScope) throws(StateFailure) -> String? {
        guard case .read(let operation, _) = plan else { return nil }
        let parameters = try parameters?.value(scope).objectValue ?? [:]
        let bucket = "S3://\(parameters["Bucket"]?.stringValue ?? "")"
        switch operation {
        case .object: return "\(bucket)/\(parameters["Key"]?.stringValue ?? "")"
        case .list: return bucket
        case .listedObjects, .namedObjects: return nil
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
