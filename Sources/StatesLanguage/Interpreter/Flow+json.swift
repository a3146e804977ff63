/// The stored form of a flow. What is usual is left out.
///
/// | member | meaning | left out |
/// | --- | --- | --- |
/// | `n` | state | |
/// | `e` | entered at, Unix ms | |
/// | `i` | id of the entered event | |
/// | `p` | id of the line's last event | same as `i` |
/// | `l` | id of the last event of all | same as `p` |
/// | `t` | deadline, Unix ms | none |
/// | `c` | uses of each retrier | none used |
/// | `d` | the state's input | the execution's input |
/// | `w`, `r`, `k`, `x` | phase: wait's end, retry's instant, task `[id, time-out?, heartbeat?]`, failed | entering |
extension Flow {
    /// The stored form.
    public var json: JSON {
        var object: JSONObject = [
            "n": .string(root.state),
            "e": .integer(root.enteredAt.milliseconds),
            "i": .integer(Int64(root.enteredID)),
        ]
        if root.previousID != root.enteredID { object["p"] = .integer(Int64(root.previousID)) }
        if lastEventID != root.previousID { object["l"] = .integer(Int64(lastEventID)) }
        object["t"] = deadline.map { .integer($0.milliseconds) }
        if root.retries.contains(where: { $0 > 0 }) {
            object["c"] = .array(root.retries.map { .integer(Int64($0)) })
        }
        object["d"] = root.input
        switch root.phase {
        case .entering: break
        case .waiting(let until): object["w"] = .integer(until.milliseconds)
        case .retrying(let at): object["r"] = .integer(at.milliseconds)
        case .task(let task):
            object["k"] = .array([
                .integer(Int64(task.id)),
                task.timeoutAt.map { .integer($0.milliseconds) } ?? .null,
                task.heartbeatAt.map { .integer($0.milliseconds) } ?? .null,
            ])
        case .failed: object["x"] = .bool(true)
        }
        return .object(object)
    }

    /// Reads the stored form.
    ///
    /// - Throws: ``FlowError`` naming the member that is missing or of the wrong type.
    public init(json: JSON) throws(FlowError) {
        guard let object = json.objectValue else { throw FlowError(reason: "it is no object") }
        guard let state = object["n"]?.stringValue else { throw FlowError(reason: "it lacks the state ('n')") }
        guard let enteredAt = object["e"]?.integerValue else { throw FlowError(reason: "it lacks the instant ('e')") }
        guard let enteredID = object["i"]?.integerValue else { throw FlowError(reason: "it lacks the event ('i')") }
        let previousID = object["p"]?.integerValue ?? enteredID
        root = Cursor(
            state: state,
            input: object["d"],
            enteredAt: Instant(milliseconds: enteredAt),
            enteredID: Int(enteredID),
            previousID: Int(previousID),
            retries: object["c"]?.arrayValue?.map { Int($0.integerValue ?? 0) } ?? [],
            phase: try Self.phase(object)
        )
        lastEventID = Int(object["l"]?.integerValue ?? previousID)
        deadline = object["t"]?.integerValue.map(Instant.init(milliseconds:))
    }

    private static func phase(_ object: JSONObject) throws(FlowError) -> Cursor.Phase {
        if let until = object["w"]?.integerValue { return .waiting(until: Instant(milliseconds: until)) }
        if let at = object["r"]?.integerValue { return .retrying(at: Instant(milliseconds: at)) }
        if object["x"] != nil { return .failed }
        guard let task = object["k"] else { return .entering }
        guard let parts = task.arrayValue, parts.count == 3, let id = parts[0].integerValue else {
            throw FlowError(reason: "its task ('k') is not [id, time-out, heartbeat]")
        }
        return .task(
            PendingTask(
                id: Int(id),
                timeoutAt: parts[1].integerValue.map(Instant.init(milliseconds:)),
                heartbeatAt: parts[2].integerValue.map(Instant.init(milliseconds:))
            )
        )
    }
}

/// A stored flow that cannot be read.
public struct FlowError: Error, Sendable, Equatable {
    /// What is wrong with it.
    public var reason: String
}
