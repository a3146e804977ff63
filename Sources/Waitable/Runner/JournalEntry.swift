package import StatesLanguage

/// What went into one step of an execution, so that the step can be made again: its instant, and the messages.
///
/// Steps are pure, so the history of an execution needs no events to be kept: ``HistoryReplay`` makes them anew from
/// these entries.
package struct JournalEntry: Sendable, Equatable {
    /// Which kind of step it was.
    package enum Kind: Sendable, Equatable {
        /// From the start, or on from where the execution stood.
        case step
        /// An item that was put into Redis by hand, taken over in its wait.
        case adoption
        /// The execution was failed from outside the language: it could not be run any more.
        case failure(ExecutionFailure)
    }

    /// The instant of the step, by the Redis clock.
    package var instant: Instant
    /// What the step read.
    package var messages: ExecutionMessages
    /// Whether even plain item writes waited for their outcome.
    package var evaluatesAll: Bool
    /// Which kind of step it was.
    package var kind: Kind
    /// The name of the worker that made the step; `nil` for ingest.
    package var worker: String?
    /// How often a lease on the execution had run out since its last progress: other workers took it, and none of them
    /// finished the step.
    package var lostLeases = 0
    /// The tasks that it began whose effects lie in other partitions, as their outcome came later.
    var elsewhere: [Int] = []
    /// The tasks that it began on one item of a declared table, as their outcome came from Redis.
    var onTables: [Int] = []

    /// An entry from its parts.
    package init(
        instant: Instant,
        messages: ExecutionMessages = ExecutionMessages(),
        evaluatesAll: Bool = false,
        kind: Kind = .step
    ) {
        self.instant = instant
        self.messages = messages
        self.evaluatesAll = evaluatesAll
        self.kind = kind
    }

    /// The stored form: the instant in ms after the start, or `[instant, {…}]` where more than the time went in.
    func json(since start: Instant) -> JSON {
        var object = JSONObject()
        messages.write(to: &object)
        if evaluatesAll { object["all"] = .bool(true) }
        switch kind {
        case .step: break
        case .adoption: object["adopt"] = .bool(true)
        case .failure(let failure): object["fail"] = failure.json
        }
        object["by"] = worker.map(JSON.string)
        if !elsewhere.isEmpty { object["apart"] = .array(elsewhere.map { .integer(Int64($0)) }) }
        if !onTables.isEmpty { object["tables"] = .array(onTables.map { .integer(Int64($0)) }) }
        if lostLeases > 0 { object["lost"] = .integer(Int64(lostLeases)) }
        let instant = JSON.integer(instant.milliseconds - start.milliseconds)
        return object.isEmpty ? instant : .array([instant, .object(object)])
    }

    /// Writes the stored form.
    func write(to text: inout [UInt8], since start: Instant) {
        // The usual entry: nothing went in but the time.
        guard messages.isEmpty, !evaluatesAll, kind == .step, lostLeases == 0, elsewhere.isEmpty, onTables.isEmpty
        else {
            return json(since: start).write(to: &text)
        }
        let instant = String(instant.milliseconds - start.milliseconds)
        guard let worker else { return text.append(codeUnitsOf: instant) }
        text.append(UInt8(ascii: "["))
        text.append(codeUnitsOf: instant)
        text.append(codeUnitsOf: #",{"by":"#)
        JSON.string(worker).write(to: &text)
        text.append(codeUnitsOf: "}]")
    }

    /// Reads the stored form; `nil` where it is none.
    init?(json: JSON, since start: Instant) {
        let parts = json.arrayValue ?? [json]
        guard let instant = parts.first?.integerValue else { return nil }
        let object = parts.count > 1 ? parts[1].objectValue ?? JSONObject() : JSONObject()
        self.init(
            instant: start.adding(milliseconds: instant),
            messages: ExecutionMessages(object),
            evaluatesAll: object["all"] != nil,
            kind: object["adopt"] != nil
                ? .adoption : object["fail"].map { .failure(ExecutionFailure(json: $0)) } ?? .step
        )
        worker = object["by"]?.stringValue
        lostLeases = object["lost"]?.countValue ?? 0
        elsewhere = Self.tasks(object["apart"])
        onTables = Self.tasks(object["tables"])
    }

    private static func tasks(_ json: JSON?) -> [Int] {
        json?.arrayValue?.compactMap { $0.integerValue.map { Int($0) } } ?? []
    }
}
