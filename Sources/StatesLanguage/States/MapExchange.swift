/// `ItemReader` or `ResultWriter` of a Map state in distributed mode: where items come from, or results go to, outside the
/// execution's data. Both are read, so that definitions that have them can be deployed; a state that comes to one fails.
///
/// Source: AWS Step Functions developer guide, "ItemReader (Map)", "ResultWriter (Map)".
struct MapExchange: Sendable {
    /// What the state fails with.
    let failure: StateFailure

    /// Reads a field; `nil` where it is missing.
    private init?(_ name: String, config: String, error: String, _ fields: inout FieldReader) {
        guard let object = fields.object(name) else { return nil }
        var reader = fields.reader(of: object, at: name)
        let resource = reader.string("Resource")
        _ = reader.language.template(reader.language.parametersField, &reader)
        if let object = reader.object(config) {
            var configuration = reader.reader(of: object, at: config)
            // 0 stands for all of them.
            _ = FieldValue("MaxItems", &configuration) { $0.integer("MaxItems", 0...Int64(Int32.max)) }
            // The others say how a file is read or written.
            for key in object.keys where !key.hasSuffix("Path") { _ = configuration.take(key) }
            configuration.finish()
            reader.add(configuration)
        }
        reader.finish()
        fields.add(reader)
        let cause = "\(name) \(resource.map { "with the resource \($0) " } ?? "")is not supported by this version"
        fields.warn(cause, at: name)
        failure = StateFailure(error: error, cause: cause)
    }

    /// Where the items are read from.
    static func reader(_ fields: inout FieldReader) -> MapExchange? {
        MapExchange("ItemReader", config: "ReaderConfig", error: ErrorName.itemReaderFailed, &fields)
    }

    /// Where the results are written to.
    static func writer(_ fields: inout FieldReader) -> MapExchange? {
        MapExchange("ResultWriter", config: "WriterConfig", error: ErrorName.resultWriterFailed, &fields)
    }
}
