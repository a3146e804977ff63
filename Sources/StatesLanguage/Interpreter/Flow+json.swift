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
    /// - Throws: ``FlowError`` naming the member that is missing, of the wrong type or out of range.
    public init(json: JSON) throws(FlowError) {
        guard let object = json.objectValue else { throw FlowError(reason: "it is no object") }
        guard let state = object["n"]?.stringValue else { throw FlowError(reason: "it lacks the state ('n')") }
        guard let enteredAt = object["e"]?.integerValue else { throw FlowError(reason: "it lacks the instant ('e')") }
        guard let enteredID = try Self.count(object["i"], "i") else {
            throw FlowError(reason: "it lacks the event ('i')")
        }
        let previousID = try Self.count(object["p"], "p") ?? enteredID
        root = Cursor(
            state: state,
            input: object["d"],
            enteredAt: Instant(milliseconds: enteredAt),
            enteredID: enteredID,
            previousID: previousID,
            retries: try Self.retries(object["c"]),
            phase: try Self.phase(object)
        )
        lastEventID = try Self.count(object["l"], "l") ?? previousID
        deadline = try Self.instant(object["t"], "t")
    }

    private static func phase(_ object: JSONObject) throws(FlowError) -> Cursor.Phase {
        if let until = try instant(object["w"], "w") { return .waiting(until: until) }
        if let at = try instant(object["r"], "r") { return .retrying(at: at) }
        if object["x"] != nil { return .failed }
        guard let task = object["k"] else { return .entering }
        guard let parts = task.arrayValue, parts.count == 3, let id = try count(parts[0], "k") else {
            throw FlowError(reason: "its task ('k') is not [id, time-out, heartbeat]")
        }
        return .task(
            PendingTask(
                id: id,
                timeoutAt: parts[1] == .null ? nil : try instant(parts[1], "k"),
                heartbeatAt: parts[2] == .null ? nil : try instant(parts[2], "k")
            )
        )
    }

    private static func retries(_ json: JSON?) throws(FlowError) -> [Int] {
        guard let json else { return [] }
        guard let uses = json.arrayValue else { throw FlowError(reason: "its retries ('c') are no list") }
        var retries: [Int] = []
        for used in uses { retries.append(try count(used, "c") ?? 0) }
        return retries
    }

    private static func instant(_ json: JSON?, _ member: String) throws(FlowError) -> Instant? {
        guard let json else { return nil }
        guard let milliseconds = json.integerValue else {
            throw FlowError(reason: "its '\(member)' is no instant: \(json.text)")
        }
        return Instant(milliseconds: milliseconds)
    }

    /// A number of events or retries: within what steps can count on from without overflow.
    private static func count(_ json: JSON?, _ member: String) throws(FlowError) -> Int? {
        guard let json else { return nil }
        guard let value = json.integerValue, (0...1_000_000_000).contains(value) else {
            throw FlowError(reason: "its '\(member)' is no count: \(json.text)")
        }
        return Int(value)
    }
}

/// A stored flow that cannot be read.
public struct FlowError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong with it.
    public var reason: String

    /// The same as ``reason``.
    public var description: String { reason }
}
