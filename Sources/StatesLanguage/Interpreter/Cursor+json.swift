/// The stored form of a cursor.
///
/// | member | meaning | left out |
/// | --- | --- | --- |
/// | `n` | state | |
/// | `e` | entered at, Unix ms | |
/// | `i` | id of the entered event | |
/// | `p` | id of the line's last event | same as `i` |
/// | `c` | uses of each retrier | none used |
/// | `d` | the state's input | what the line began with |
/// | `v` | the variables of the line's scope | none |
/// | `w`, `r`, `k`, `x` | phase: wait's end, retry's instant, task `[id, time-out?, heartbeat?, answerer?, poll?]`, failed | entering |
/// | `b` | phase: ``Branches`` | entering |
extension Cursor {
    /// Writes where it stands.
    ///
    /// - Parameter start: An instant that is left out.
    func writePlace(to object: inout JSONObject, since start: Instant? = nil) {
        object["n"] = .string(state)
        if enteredAt != start { object["e"] = .integer(enteredAt.milliseconds) }
        object["i"] = .integer(Int64(enteredID))
        if previousID != enteredID { object["p"] = .integer(Int64(previousID)) }
    }

    /// Writes what it holds, and what it waits for.
    func writeWork(to object: inout JSONObject) {
        if retries.contains(where: { $0 > 0 }) {
            object["c"] = .array(retries.map { .integer(Int64($0)) })
        }
        object["d"] = input
        object["v"] = variables.map(JSON.object)
        switch phase {
        case .entering: break
        case .waiting(let until): object["w"] = .integer(until.milliseconds)
        case .retrying(let at): object["r"] = .integer(at.milliseconds)
        case .task(let task):
            var parts: [JSON] = [
                .integer(Int64(task.id)),
                task.timeoutAt.map { .integer($0.milliseconds) } ?? .null,
                task.heartbeatAt.map { .integer($0.milliseconds) } ?? .null,
            ]
            if task.answerer != .commit { parts.append(.string(task.answerer.rawValue)) }
            if let poll = task.poll { parts.append(poll.json) }
            object["k"] = .array(parts)
        case .branches(let branches): branches.write(to: &object)
        case .failed: object["x"] = .bool(true)
        }
    }

    init(_ object: JSONObject, since start: Instant? = nil) throws(FlowError) {
        guard let state = object["n"]?.stringValue else { throw FlowError(reason: "it lacks the state ('n')") }
        guard let enteredAt = try FlowMember.instant(object["e"], "e") ?? start else {
            throw FlowError(reason: "it lacks the instant ('e')")
        }
        guard let enteredID = try FlowMember.count(object["i"], "i") else {
            throw FlowError(reason: "it lacks the event ('i')")
        }
        self.state = state
        input = object["d"]
        self.enteredAt = enteredAt
        self.enteredID = enteredID
        previousID = try FlowMember.count(object["p"], "p") ?? enteredID
        retries = try Self.retries(object["c"])
        variables = try Self.variables(object["v"])
        phase = try Self.phase(object)
    }

    private static func phase(_ object: JSONObject) throws(FlowError) -> Phase {
        if let until = try FlowMember.instant(object["w"], "w") { return .waiting(until: until) }
        if let at = try FlowMember.instant(object["r"], "r") { return .retrying(at: at) }
        if object["x"] != nil { return .failed }
        if let branches = try Branches(object) { return .branches(branches) }
        guard let task = object["k"] else { return .entering }
        guard let parts = task.arrayValue, (3...5).contains(parts.count), let id = try FlowMember.count(parts[0], "k"),
            let answerer = PendingTask.Answerer(rawValue: parts.count > 3 ? parts[3].stringValue ?? "?" : "")
        else { throw FlowError(reason: "its task ('k') is not [id, time-out, heartbeat, answerer, poll]") }
        let poll = parts.count > 4 ? TaskPoll(json: parts[4]) : nil
        guard (parts.count > 4) == (poll != nil), answerer != .poll || poll != nil else {
            throw FlowError(reason: "the poll of its task ('k') is not [number, pause, failures, state, instant]")
        }
        return .task(
            PendingTask(
                id: id,
                answerer: answerer,
                timeoutAt: parts[1] == .null ? nil : try FlowMember.instant(parts[1], "k"),
                heartbeatAt: parts[2] == .null ? nil : try FlowMember.instant(parts[2], "k"),
                poll: poll
            )
        )
    }

    private static func variables(_ json: JSON?) throws(FlowError) -> JSONObject? {
        guard let json else { return nil }
        guard let variables = json.objectValue else { throw FlowError(reason: "its variables ('v') are no object") }
        return variables
    }

    private static func retries(_ json: JSON?) throws(FlowError) -> [Int] {
        guard let json else { return [] }
        guard let uses = json.arrayValue else { throw FlowError(reason: "its retries ('c') are no list") }
        var retries: [Int] = []
        for used in uses { retries.append(try FlowMember.count(used, "c") ?? 0) }
        return retries
    }
}
