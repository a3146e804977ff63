/// `ItemBatcher` of a Map state in distributed mode: how its items are put together, so that each execution of the map run
/// has several of them.
///
/// Source: AWS Step Functions developer guide, "ItemBatcher (Map)".
struct ItemBatcher: Sendable {
    /// The most items of a batch.
    private let mostItems: FieldValue<Int>?
    /// The most bytes of a batch's input, in UTF-8. One item makes a batch whatever its size.
    private let mostBytes: FieldValue<Int>?
    /// What each batch has beside its items.
    private let input: (any Template)?

    /// Reads the field; `nil` where it is missing or wrong.
    init?(_ fields: inout FieldReader) {
        guard let object = fields.object("ItemBatcher") else { return nil }
        var reader = fields.reader(of: object, at: "ItemBatcher")
        mostItems = FieldValue("MaxItemsPerBatch", &reader) {
            $0.integer("MaxItemsPerBatch", 1...Self.most).map(Int.init)
        }
        mostBytes = FieldValue("MaxInputBytesPerBatch", &reader) {
            $0.integer("MaxInputBytesPerBatch", 1...Int64(DataLimit.bytes)).map(Int.init)
        }
        input = reader.language.template("BatchInput", &reader)
        let names = ["MaxItemsPerBatch", "MaxInputBytesPerBatch"].flatMap(reader.language.fields)
        if !names.contains(where: reader.has) {
            reader.problem("At least one of 'MaxItemsPerBatch' and 'MaxInputBytesPerBatch' must be given")
        }
        reader.finish()
        fields.add(reader)
    }

    private static let most = Int64(Int32.max)

    /// Which items each batch has.
    ///
    /// - Parameters:
    ///   - items: The items as their executions are to see them.
    ///   - scope: With the effective input.
    func batches(
        of count: Int,
        _ scope: DataScope,
        item: (Int) throws(StateFailure) -> JSON
    ) throws(StateFailure) -> [Range<Int>] {
        let mostItems = max(try mostItems?.count(scope) ?? .max, 1)
        guard let mostBytes = try mostBytes?.count(scope) else {
            return stride(from: 0, to: count, by: mostItems).map { $0..<min(count, $0 + min(mostItems, count)) }
        }
        let frame = try value(of: [], scope).textSize()
        var batches: [Range<Int>] = []
        var first = 0
        var bytes = frame
        for index in 0..<count {
            let size = try item(index).textSize(upTo: mostBytes)
            let comma = index > first ? 1 : 0
            if index > first, index - first == mostItems || bytes + comma + size > mostBytes {
                batches.append(first..<index)
                first = index
                bytes = frame + size
            } else {
                bytes += comma + size
            }
        }
        if first < count { batches.append(first..<count) }
        return batches
    }

    /// How much one batch holds.
    struct Limits {
        let mostItems: Int
        let mostBytes: Int
        /// The bytes of a batch without items.
        let frame: Int
    }

    /// How much one batch holds of items that are read piece by piece: never more than an input may have.
    func limits(_ scope: DataScope) throws(StateFailure) -> Limits {
        Limits(
            mostItems: max(try mostItems?.count(scope) ?? .max, 1),
            mostBytes: min(try mostBytes?.count(scope) ?? .max, DataLimit.bytes),
            frame: try value(of: [], scope).textSize()
        )
    }

    /// What the execution of a batch has for input.
    func value(of items: [JSON], _ scope: DataScope) throws(StateFailure) -> JSON {
        var object = JSONObject()
        if let input { object["BatchInput"] = try input.value(scope) }
        object["Items"] = .array(items)
        return .object(object)
    }
}
