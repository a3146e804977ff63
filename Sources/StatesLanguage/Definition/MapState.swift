/// A state that runs the same states for every item of an array.
///
/// Source: Amazon States Language, "Map State"; AWS Step Functions developer guide, "Using Map state in Inline mode".
final class MapState: Sendable {
    let processor: StateGraph
    /// Where the items are; `nil` for the effective input itself.
    let itemsPath: Path?
    /// What an iteration has for input; `nil` for the item itself.
    let selector: PayloadTemplate?
    let maxConcurrency: MapSetting?
    /// How the items run in executions of their own; `nil` for inline mode.
    let distribution: MapDistribution?

    init?(_ fields: inout FieldReader, compile: (inout FieldReader) -> StateGraph?) {
        itemsPath = fields.path("ItemsPath")
        selector = Self.selector(&fields)
        maxConcurrency = MapSetting("MaxConcurrency", .integer, &fields)
        // AWS takes these in inline mode too, and lets no failure pass all the same.
        let count = MapSetting("ToleratedFailureCount", .integer, &fields)
        let percentage = MapSetting("ToleratedFailurePercentage", .percentage, &fields)
        let label = MapDistribution.label(&fields)
        guard let (processor, mode) = Self.processor(&fields, compile) else { return nil }
        self.processor = processor
        distribution =
            mode == .inline
            ? nil
            : MapDistribution(
                label: label,
                isExpress: mode == .express,
                toleratedCount: count,
                toleratedPercentage: percentage
            )
    }

    /// `ItemSelector`, or `Parameters` as it was called.
    private static func selector(_ fields: inout FieldReader) -> PayloadTemplate? {
        let selector = fields.template("ItemSelector")
        let parameters = fields.template("Parameters")
        if selector != nil, parameters != nil {
            fields.problem("Only one of 'ItemSelector' and 'Parameters' may be given", at: "Parameters")
        }
        return selector ?? parameters
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
        var reader = FieldReader(object, at: fields.location + "/" + name)
        let mode = mode(&reader)
        let graph = compile(&reader)
        reader.finish()
        fields.add(reader.problems)
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
        var reader = FieldReader(object, at: fields.location + "/ProcessorConfig")
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
        fields.add(reader.problems)
        return found
    }
}

extension MapState {
    /// The most iterations that AWS runs at once in inline mode.
    private static let mostAtOnce = 40
    /// The most executions of a map run at once. AWS has 10,000; here each of them has its place in one document.
    private static let mostExecutions = 1_000

    /// The items for some data.
    ///
    /// - Parameter scope: With the effective input.
    func items(_ scope: DataScope) throws(StateFailure) -> [JSON] {
        let value = if let itemsPath { try scope.required(itemsPath) } else { scope.input }
        guard let items = value.arrayValue else {
            // AWS writes a path into the context object with one '$'.
            let text = itemsPath.map { $0.root == .context ? String($0.text.dropFirst()) : $0.text } ?? "$"
            throw scope.runtimeError("Reference path \"\(text)\" must point to array.")
        }
        return items
    }

    /// How many iterations may run at once.
    func concurrency(_ scope: DataScope) throws(StateFailure) -> Int {
        let limit = try maxConcurrency?.integer("MaxConcurrency", scope) ?? 0
        let most = distribution == nil ? Self.mostAtOnce : Self.mostExecutions
        return limit == 0 ? most : min(limit, most)
    }
}
