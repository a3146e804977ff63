/// `ResultWriter` of a Map state in distributed mode: where the results of its executions are written to, and how they are put
/// together. Without a resource they become the state's result.
///
/// Source: AWS Step Functions developer guide, "ResultWriter (Map)".
struct ResultWriter: Sendable {
    /// What an execution's result is made into.
    let transformation: ResultWriting.Transformation
    /// Whether results are written outside the execution.
    let exports: Bool
    /// The bucket that the definition itself names; `nil` where the data does.
    let bucket: String?
    private let parameters: (any Template)?
    private let isLines: Bool
    /// What the state fails with instead of writing; `nil` for nothing.
    private let refusal: String?

    /// Reads the field; `nil` where it is missing or wrong.
    init?(_ fields: inout FieldReader) {
        guard let object = fields.object("ResultWriter") else { return nil }
        var reader = fields.reader(of: object, at: "ResultWriter")
        let resource = reader.string("Resource")
        bucket = reader.givenBucket
        parameters = reader.language.template(reader.language.parametersField, &reader)
        exports = resource != nil
        var chosen: ResultWriting.Transformation?
        var lines = false
        if let object = reader.object("WriterConfig") {
            var config = reader.reader(of: object, at: "WriterConfig")
            chosen = config.oneOf(ResultWriting.Transformation.allCases.map(\.rawValue), "Transformation")
                .flatMap(ResultWriting.Transformation.init)
            lines = config.oneOf(["JSON", "JSONL"], "OutputType") == "JSONL"
            config.finish()
            reader.add(config)
        }
        transformation = chosen ?? (resource == nil ? .compact : .none)
        isLines = lines
        if resource == nil, !reader.has("WriterConfig") {
            reader.problem("At least one of 'Resource' and 'WriterConfig' must be given")
        }
        let isKnown = resource.map { ServiceOperation.name(in: $0, of: "s3") == "putObject" } ?? true
        refusal =
            isKnown ? nil : "ResultWriter with the resource \(resource ?? "") is not supported by this version"
        reader.finish()
        fields.add(reader)
        if let refusal {
            fields.warn(refusal, at: "ResultWriter")
        } else if exports {
            fields.warn(MapTransfer.warning("is written", ErrorName.resultWriterFailed), at: "ResultWriter")
        }
    }

    /// What has to be told of each execution, for a state's result.
    var wantsDescriptions: Bool { !exports && transformation == .none }

    /// The state's result.
    func result(of outputs: [JSON]) -> JSON {
        guard transformation == .flatten else { return .array(outputs) }
        return .array(outputs.flatMap { $0.arrayValue ?? [$0] })
    }

    /// What a part is written with.
    ///
    /// - Parameter scope: With the effective input.
    func parameters(_ scope: DataScope) throws(StateFailure) -> JSONObject {
        if let refusal { throw StateFailure(error: ErrorName.resultWriterFailed, cause: refusal) }
        return try parameters?.value(scope).objectValue ?? [:]
    }

    /// The request for a part.
    func writing(
        _ stream: ItemStream,
        _ run: (id: Int, label: String, arn: String, isExpress: Bool),
        _ scope: DataScope
    ) throws(StateFailure) -> ResultWriting {
        ResultWriting(
            id: run.id,
            label: run.label,
            mapRun: run.arn,
            isExpress: run.isExpress,
            parameters: try parameters(scope),
            transformation: transformation,
            isLines: isLines,
            count: stream.begun,
            haveAllSucceeded: stream.succeeded.executions == stream.begun,
            page: stream.page,
            position: stream.position
        )
    }
}

extension FieldReader {
    /// Reads a field that has one of some values.
    fileprivate mutating func oneOf(_ values: [String], _ name: String) -> String? {
        guard let value = string(name) else { return nil }
        guard values.contains(value) else {
            problem("\(name) must be one of \(values.joined(separator: ", ")): '\(value)'", at: name)
            return nil
        }
        return value
    }
}
