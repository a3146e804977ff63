/// A state that runs the same states for every item of an array.
///
/// Source: Amazon States Language, "Map State"; AWS Step Functions developer guide, "Using Map state in Inline mode".
final class MapState: Sendable {
    let processor: StateGraph
    let items: any ItemSource
    /// What an iteration has for input; `nil` for the item itself.
    let selector: (any Template)?
    /// How many iterations may run at once; 0 for as many as may.
    let maxConcurrency: FieldValue<Int>?
    /// How the items run in executions of their own; `nil` for inline mode.
    let distribution: MapDistribution?

    /// - Parameter givenLabels: The labels that the definition gives to states.
    init?(
        _ fields: inout FieldReader,
        givenLabels: Set<[UInt8]>,
        compile: (inout FieldReader) -> StateGraph?
    ) {
        items = fields.language.items(&fields)
        selector = fields.language.selector(&fields)
        maxConcurrency = Self.count("MaxConcurrency", &fields)
        // AWS takes these in inline mode too, and lets no failure pass all the same.
        let count = Self.count("ToleratedFailureCount", &fields)
        let percentage = Self.percentage("ToleratedFailurePercentage", &fields)
        let label = MapDistribution.label(&fields)
        let batcher = ItemBatcher(&fields)
        let reader = ItemReader(&fields)
        let writer = ResultWriter(&fields)
        guard let (processor, mode) = Self.processor(&fields, compile) else { return nil }
        if mode == .inline {
            for name in ["ItemBatcher", "ItemReader", "ResultWriter"] where fields.has(name) {
                fields.problem("Field '\(name)' is not supported in a Map state of mode INLINE", at: name)
            }
        }
        self.processor = processor
        distribution =
            mode == .inline
            ? nil
            : MapDistribution(
                label: label,
                givenLabels: givenLabels,
                isExpress: mode == .express,
                toleratedCount: count,
                toleratedPercentage: percentage,
                batcher: batcher,
                reader: reader,
                writer: writer
            )
    }

    /// `ItemProcessor`, or `Iterator` as it was called.
    private static func processor(
        _ fields: inout FieldReader,
        _ compile: (inout FieldReader) -> StateGraph?
    ) -> (StateGraph, Mode)? {
        let processor = fields.object("ItemProcessor")
        let iterator = fields.object("Iterator")
        if processor != nil, iterator != nil {
            fields.problem("Only one of 'ItemProcessor' and 'Iterator' may be given", at: "Iterator")
        }
        let name = processor == nil ? "Iterator" : "ItemProcessor"
        guard let object = processor ?? iterator else {
            if !fields.has("ItemProcessor"), !fields.has("Iterator") {
                fields.problem("The field 'ItemProcessor' is required but was missing")
            }
            return nil
        }
        var reader = fields.reader(of: object, at: name)
        let mode = mode(&reader)
        let graph = compile(&reader)
        reader.finish()
        fields.add(reportsOf: reader)
        return graph.map { ($0, mode) }
    }

    /// How the items run.
    private enum Mode {
        case inline
        /// In executions of the STANDARD type.
        case standard
        /// In executions of the EXPRESS type.
        case express
    }

    /// `ProcessorConfig`.
    private static func mode(_ fields: inout FieldReader) -> Mode {
        guard let object = fields.object("ProcessorConfig") else { return .inline }
        var reader = fields.reader(of: object, at: "ProcessorConfig")
        var found = Mode.inline
        switch reader.string("Mode") {
        case nil, "INLINE"?: break
        case "DISTRIBUTED"?:
            switch reader.requiredString("ExecutionType") {
            case "EXPRESS"?: found = .express
            case nil, "STANDARD"?: found = .standard
            case let type?:
                reader.problem(
                    "The value for the field 'ExecutionType' must be one of STANDARD, EXPRESS: '\(type)'",
                    at: "ExecutionType"
                )
            }
        case let mode?:
            reader.problem(
                "The value for the field 'Mode' must be one of INLINE, DISTRIBUTED: '\(mode)'",
                at: "Mode"
            )
        }
        reader.finish()
        fields.add(reportsOf: reader)
        return found
    }
}

extension MapState {
    /// The most iterations that AWS runs at once in inline mode.
    private static let mostAtOnce = 40
    /// The most executions of a map run at once. AWS has 10,000; here each of them has its place in one document.
    private static let mostExecutions = 1_000

    /// How many iterations may run at once.
    ///
    /// - Parameter changed: The limit that came in place of the state's own.
    func concurrency(_ scope: DataScope, changed: Int? = nil) throws(StateFailure) -> Int {
        var limit = changed
        if limit == nil { limit = try maxConcurrency?.count(scope) }
        let most = distribution == nil ? Self.mostAtOnce : Self.mostExecutions
        guard let limit, limit > 0 else { return most }
        return min(limit, most)
    }
}
