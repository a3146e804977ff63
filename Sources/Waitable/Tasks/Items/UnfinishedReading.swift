package import StatesLanguage

/// A query, a scan or a batch of reads of which Redis has read a part only, so that no call holds it up for long: by the task's
/// outcome (`items.lua`), which has a member `rest`. The other parts are read by calls of their own, and join it.
package struct UnfinishedReading: Sendable {
    /// The outcome of the parts until now; without `rest` where it is all, or has failed.
    package private(set) var outcome: JSON

    /// An outcome, where it is of a part.
    package init?(_ outcome: JSON) {
        guard Self.isUnfinished(outcome) else { return nil }
        self.outcome = outcome
    }

    /// Whether an outcome is of a part.
    package static func isUnfinished(_ outcome: JSON) -> Bool { outcome.objectValue?["rest"] != nil }

    /// Whether parts are left to be read.
    package var isUnfinished: Bool { Self.isUnfinished(outcome) }

    /// The partition that has the next part; `nil` where the outcome does not say it.
    package var partition: Int? { rest["partition"]?.countValue }

    /// The program that reads the next part; `nil` where the outcome has none.
    package var program: String? {
        guard let text = rest["program"]?.stringValue, var program = (try? JSON(parsing: text))?.objectValue,
            let echo = program["echo"]
        else { return nil }
        if let gets = program["gets"]?.arrayValue, let left = answer["UnprocessedKeys"]?.objectValue {
            program["gets"] = .array(gets.compactMap { Self.get($0, left) })
        }
        if let key = answer["LastEvaluatedKey"] { program["from"] = key }
        if let limit = program["limit"]?.integerValue {
            program["limit"] = .integer(limit - (answer["ScannedCount"]?.integerValue ?? 0))
        }
        program["bytes"] = rest["bytes"]
        // Functions look for it at the end.
        program["echo"] = nil
        program["echo"] = echo
        return JSON.object(program).text
    }

    private var rest: JSONObject { outcome.objectValue?["rest"]?.objectValue ?? [:] }
    private var answer: JSONObject { outcome.objectValue?["answer"]?.objectValue ?? [:] }

    /// What is left of the keys of one table; `nil` for none.
    private static func get(_ get: JSON, _ left: JSONObject) -> JSON? {
        guard var members = get.objectValue, let table = members["table"]?.stringValue,
            let keys = left[table]?.objectValue?["Keys"]
        else { return nil }
        members["keys"] = keys
        return .object(members)
    }

    /// Goes on in another partition.
    package mutating func goOn(in partition: Int) {
        var rest = rest
        rest["partition"] = .integer(Int64(partition))
        set("rest", .object(rest))
    }

    /// Ends with a failure, in place of what was read.
    package mutating func fail(code: String, message: String) {
        set("answer", nil)
        set("rest", nil)
        set("code", .string(code))
        set("message", .string(message))
    }

    /// Takes the outcome of the next part.
    package mutating func take(_ part: JSON) {
        let members = part.objectValue ?? [:]
        guard let next = members["answer"]?.objectValue else {
            return fail(
                code: members["code"]?.stringValue ?? "InternalServerError",
                message: members["message"]?.stringValue ?? "The outcome of an item operation is unreadable"
            )
        }
        let joined: JSON = .object(answer.isEmpty ? next : Self.join(answer, next))
        var rest = members["rest"]?.objectValue
        // Where the next part begins is counted from the first one.
        rest?["program"] = self.rest["program"]
        set("answer", joined)
        // No state takes it: the more would only be read to be thrown away.
        set("rest", joined.isLarger(than: DataLimit.bytes) ? nil : rest.map(JSON.object))
    }

    private mutating func set(_ name: String, _ value: JSON?) {
        var members = outcome.objectValue ?? [:]
        members[name] = value
        outcome = .object(members)
    }

    private static func join(_ first: JSONObject, _ next: JSONObject) -> JSONObject {
        if let responses = next["Responses"]?.objectValue {
            var all = first["Responses"]?.objectValue ?? [:]
            for (table, items) in responses {
                all[table] = .array((all[table]?.arrayValue ?? []) + (items.arrayValue ?? []))
            }
            return ["Responses": .object(all), "UnprocessedKeys": next["UnprocessedKeys"] ?? .object([:])]
        }
        func sum(_ name: String) -> JSON {
            .integer((first[name]?.integerValue ?? 0) + (next[name]?.integerValue ?? 0))
        }
        var page: JSONObject = ["Count": sum("Count")]
        if let items = next["Items"]?.arrayValue {
            page["Items"] = .array((first["Items"]?.arrayValue ?? []) + items)
        }
        page["LastEvaluatedKey"] = next["LastEvaluatedKey"]
        page["ScannedCount"] = sum("ScannedCount")
        return page
    }
}
