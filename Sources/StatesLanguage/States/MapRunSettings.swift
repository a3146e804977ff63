/// What was changed of a map run while it was under way. What is not changed has the state's own value.
///
/// Source: AWS Step Functions API reference, `UpdateMapRun`.
public struct MapRunSettings: Sendable, Equatable {
    /// How many executions may run at once; 0 for as many as may.
    public var maxConcurrency: Int?
    /// How many items may fail.
    public var toleratedCount: Int?
    /// How many percent of the items may fail.
    public var toleratedPercentage: Double?

    /// Settings from their parts.
    public init(maxConcurrency: Int? = nil, toleratedCount: Int? = nil, toleratedPercentage: Double? = nil) {
        self.maxConcurrency = maxConcurrency
        self.toleratedCount = toleratedCount
        self.toleratedPercentage = toleratedPercentage
    }

    /// The stored form: `{"c"?: concurrency, "n"?: count, "p"?: percentage}`.
    public var json: JSON {
        var object = JSONObject()
        object["c"] = maxConcurrency.map { .integer(Int64($0)) }
        object["n"] = toleratedCount.map { .integer(Int64($0)) }
        object["p"] = toleratedPercentage.map(JSON.double)
        return .object(object)
    }

    /// Reads the stored form; `nil` where it is none.
    public init?(_ json: JSON) {
        guard let object = json.objectValue else { return nil }
        maxConcurrency = object["c"]?.countValue
        toleratedCount = object["n"]?.countValue
        toleratedPercentage = object["p"]?.numberValue
    }

    /// Takes over what others change.
    mutating func merge(_ others: MapRunSettings) {
        maxConcurrency = others.maxConcurrency ?? maxConcurrency
        toleratedCount = others.toleratedCount ?? toleratedCount
        toleratedPercentage = others.toleratedPercentage ?? toleratedPercentage
    }
}
