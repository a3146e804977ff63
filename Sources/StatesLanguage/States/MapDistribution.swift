/// How a Map state in distributed mode runs its items: each in an execution of its own, together a map run.
///
/// Source: AWS Step Functions developer guide, "Using Map state in Distributed mode".
struct MapDistribution: Sendable {
    /// What the map run is called after; `nil` for the state's name.
    let label: String?
    /// The labels that the definition gives to states: none of them stands for a state's name.
    let givenLabels: Set<[UInt8]>
    /// Whether the items' executions are of the EXPRESS type.
    let isExpress: Bool
    /// How many items may fail; `nil` for none, unless a percentage is given.
    let toleratedCount: FieldValue<Int>?
    /// How many percent of the items may fail.
    let toleratedPercentage: FieldValue<Double>?
    /// How items are put together; `nil` for an execution for each.
    let batcher: ItemBatcher?
    /// Where the items are read from; `nil` for the state's data.
    let reader: ItemReader?
    /// Where the results are written to, and how; `nil` for the state's result.
    let writer: ResultWriter?

    /// Whether items or results are handed over piece by piece.
    var isStreamed: Bool { reader != nil || writer != nil }

    private static let longestLabel = 40

    /// Why a map run fails of which too many items have failed, in AWS's words.
    static let excess = "The specified tolerated failure threshold was exceeded"

    /// The failure of a state of which too many items have failed.
    static let exceeded = StateFailure(error: ErrorName.exceedToleratedFailureThreshold, cause: excess)

    /// What the map run is called after: no other state of the definition has the same.
    func label(of state: String) -> String {
        if let label { return label }
        let allowed = String.UnicodeScalarView(state.unicodeScalars.filter(Self.isAllowed))
        let isWhole = allowed.count == state.unicodeScalars.count && allowed.count <= Self.longestLabel
        if isWhole, !givenLabels.contains(Array(state.utf8)) { return state }
        // Names are unique, their beginnings are not.
        let digest = DerivedUUID.text(state).suffix(Self.digestLength)
        return String(allowed.prefix(Self.longestLabel - Self.digestLength - 1)) + "-" + digest
    }

    /// How many hexadecimal digits tell names apart that are too long for a label.
    private static let digestLength = 12

    /// The labels that a definition gives, whatever states they belong to.
    static func givenLabels(in json: JSON) -> Set<[UInt8]> {
        var labels: Set<[UInt8]> = []
        func find(in json: JSON) {
            switch json {
            case .array(let elements): for element in elements { find(in: element) }
            case .object(let object):
                if let label = object["Label"]?.stringValue { labels.insert(Array(label.utf8)) }
                for (_, member) in object { find(in: member) }
            default: break
            }
        }
        find(in: json)
        return labels
    }

    /// `Label`.
    static func label(_ fields: inout FieldReader) -> String? {
        guard let label = fields.string("Label") else { return nil }
        if label.isEmpty {
            fields.problem("Label cannot be empty", at: "Label")
        } else if label.unicodeScalars.count > longestLabel {
            fields.problem("Label cannot exceed \(longestLabel) characters", at: "Label")
        } else if !label.unicodeScalars.allSatisfy(isAllowed) {
            fields.problem("Label contains invalid characters: '\(label)'", at: "Label")
        }
        return label
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        !scalar.properties.isWhitespace && scalar.value > 0x1F && !(0x7F...0x9F).contains(scalar.value)
            && !"?*<>{}[]:;,\\|^~$#%&`\"/".unicodeScalars.contains(scalar)
    }

    /// Whether more items have failed than may.
    ///
    /// - Parameters:
    ///   - count: How many items there are; `nil` where that is not known yet, so that no percentage counts.
    ///   - scope: With the effective input.
    ///   - changed: What was changed of the map run.
    func isExceeded(
        by failed: Int,
        of count: Int?,
        _ scope: DataScope,
        changed: MapRunSettings = MapRunSettings()
    ) throws(StateFailure) -> Bool {
        var mostFailed = changed.toleratedCount
        if mostFailed == nil { mostFailed = try toleratedCount?.count(scope) }
        if let mostFailed, failed > mostFailed { return true }
        var percentage = changed.toleratedPercentage
        if percentage == nil { percentage = try toleratedPercentage?.percentage(scope) }
        if let percentage {
            return count.map { Double(failed) * 100 > percentage * Double($0) } ?? false
        }
        return mostFailed == nil && failed > 0
    }
}

extension StateMachine {
    /// The buckets that its Map states read items from, or write results to; `nil` within for one that the data names.
    package var buckets: [String?] {
        func buckets(of graph: StateGraph) -> [String?] {
            graph.states.sorted { $0.key < $1.key }.flatMap { _, state in
                var found = state.graphs.flatMap(buckets)
                guard case .map(let map) = state.kind, let distribution = map.distribution else { return found }
                if let reader = distribution.reader { found.append(reader.bucket) }
                if let writer = distribution.writer, writer.exports { found.append(writer.bucket) }
                return found
            }
        }
        return buckets(of: graph)
    }

    /// The machine that the items of a Map state in distributed mode run.
    ///
    /// - Parameter label: What the state's map runs are called after.
    /// - Returns: `nil` where there is no such state.
    public func processor(labelled label: String) -> StateMachine? {
        func find(_ graph: StateGraph) -> StateGraph? {
            for (name, state) in graph.states {
                if case .map(let map) = state.kind, let distribution = map.distribution {
                    if distribution.label(of: name.text) == label { return map.processor }
                    continue
                }
                for inner in state.graphs { if let found = find(inner) { return found } }
            }
            return nil
        }
        return find(graph).map { StateMachine(processor: $0, of: self) }
    }
}
