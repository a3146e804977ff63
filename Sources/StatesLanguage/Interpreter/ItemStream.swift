/// How far a map run has got whose items are read, or whose results are written, piece by piece. It holds what is read and not
/// begun, and what is under way: its size does not grow with the number of items.
struct ItemStream: Sendable, Equatable {
    /// What the run does.
    enum Phase: Sendable, Equatable {
        /// It reads items and runs them.
        case running
        /// All have ended, and the results are written.
        case writing
        /// Too many have failed, and the results are written.
        case writingFailed
    }

    /// An execution under way.
    struct Open: Sendable, Equatable {
        var index: Int
        /// How many items it has.
        var items: Int
    }

    /// How many items, and how many executions, have ended in some way.
    struct Ended: Sendable, Equatable {
        var items = 0
        var executions = 0

        mutating func count(_ execution: Open) {
            items += execution.items
            executions += 1
        }
    }

    /// What an execution has come to.
    struct Output: Sendable, Equatable {
        var index: Int
        var value: JSON
    }

    /// From which item on they come from where.
    struct Source: Sendable, Equatable {
        var first: Int
        var text: String

        static func == (left: Source, right: Source) -> Bool { left.first == right.first && left.text == right.text }
    }

    var phase = Phase.running
    /// Read and not begun.
    private(set) var items: [JSON]
    /// Where these come from, if not all from one place.
    private var sources: [Source] = []
    /// How many items were read.
    private(set) var itemsRead: Int
    /// Whether there are no more items to be read.
    private(set) var isAtEnd: Bool
    /// Which page of items, or part of the results, is asked for, or was asked for last.
    private(set) var page = 0
    /// Where the next one begins; `nil` for the beginning.
    private(set) var position: String?
    /// When whoever was asked has to have given a sign of life; `nil` where nobody was asked.
    var callUntil: Instant?
    /// How many executions were begun.
    private(set) var begun = 0
    /// Those under way, in order.
    private(set) var open: [Open] = []
    private(set) var succeeded = Ended()
    private(set) var failed = Ended()
    /// What they have come to, where the state's result has it.
    private(set) var outputs: [Output] = []
    /// Since when there is more to be begun, for which a step had no room; `nil` where there is not.
    var heldSince: Instant?

    /// - Parameter items: Those of the state's data; none where they are read.
    init(_ items: [JSON], _ reader: ItemReader?, _ scope: DataScope) throws(StateFailure) {
        self.items = items
        itemsRead = items.count
        isAtEnd = reader == nil
        // What is wrong with these is told before anything is read.
        _ = try reader?.mostItems(scope)
    }

    /// How many items have been begun: the index of the next one.
    var itemsBegun: Int { itemsRead - items.count }

    /// Where an item comes from that is read and not begun; `nil` where all come from one place.
    func source(of index: Int) -> String? { sources.last { $0.first <= index }?.text }

    /// How many items there are; `nil` where that is not known.
    var itemCount: Int? { isAtEnd ? itemsRead : nil }

    /// Whether all items have been read and have ended.
    var isDone: Bool { isAtEnd && items.isEmpty && open.isEmpty }

    /// When it needs attention by itself.
    var wakeUp: Instant? { [heldSince, callUntil].compactMap(\.self).min() }

    /// Asks for the next page or part.
    mutating func ask() { page += 1 }

    /// Begins an execution with the first items, or as many of them as it takes.
    mutating func begin(items count: Int) {
        open.append(Open(index: begun, items: count))
        begun += 1
    }

    /// Lets go of the first items, which were begun.
    mutating func drop(_ count: Int) {
        items.removeFirst(count)
        while sources.count > 1, sources[1].first <= itemsBegun { sources.removeFirst() }
    }

    /// Gives up what is under way.
    mutating func giveUp() {
        for execution in open { failed.count(execution) }
        open = []
        items = []
        heldSince = nil
    }

    /// Begins to write the results.
    mutating func write(_ phase: Phase) {
        self.phase = phase
        position = nil
        callUntil = nil
    }

    /// Ends an execution under way; nothing where it is none.
    ///
    /// - Parameter output: What it has come to; `nil` where nobody needs it, or it has failed.
    mutating func end(_ index: Int, output: JSON?, succeeds: Bool) {
        guard let place = open.firstIndex(where: { $0.index == index }) else { return }
        let execution = open.remove(at: place)
        guard succeeds else { return failed.count(execution) }
        succeeded.count(execution)
        guard let output else { return }
        let next = outputs.lastIndex { $0.index < index }.map { $0 + 1 } ?? 0
        outputs.insert(Output(index: index, value: output), at: next)
    }

    /// Takes a page of items; nothing where it is a late answer.
    ///
    /// - Parameters:
    ///   - most: How many items the run has at the most.
    ///   - nesting: How deep an item may be nested.
    mutating func takePage(_ answer: JSON, most: Int, nesting: Int) throws(StateFailure) {
        guard let answer = current(answer), let read = answer["items"]?.arrayValue else { return }
        guard !JSON.array(read).isNested(deeperThan: nesting) else {
            throw StateFailure(
                error: ErrorName.itemReaderFailed,
                cause: "An item is nested deeper than \(nesting - 1) levels."
            )
        }
        callUntil = nil
        position = answer["position"]?.stringValue
        let taken = read.prefix(max(0, most - itemsRead))
        if let source = answer["source"]?.stringValue, !taken.isEmpty, sources.last?.text != source {
            sources.append(Source(first: itemsRead, text: source))
        }
        items += taken
        itemsRead += taken.count
        isAtEnd = position == nil || itemsRead >= most
    }

    /// Takes what the writing of a part has come to; nothing where it is a late answer.
    ///
    /// - Returns: What the state's result tells of the results, once all is written.
    mutating func takePart(_ answer: JSON) -> JSON? {
        guard let answer = current(answer) else { return nil }
        callUntil = nil
        position = answer["position"]?.stringValue
        return answer["details"]
    }

    /// The answer to what was asked for last; `nil` for another one.
    private func current(_ answer: JSON) -> JSONObject? {
        guard callUntil != nil, let answer = answer.objectValue, answer["page"]?.countValue == page else { return nil }
        return answer
    }
}

extension ItemStream {
    /// How many of its items stand how, as far as they were read.
    var itemCounts: MapRunNote.Counts {
        MapRunNote.Counts(
            pending: items.count,
            running: open.reduce(0) { $0 + $1.items },
            succeeded: succeeded.items,
            failed: failed.items
        )
    }

    /// How many of its executions stand how.
    var executionCounts: MapRunNote.Counts {
        MapRunNote.Counts(
            running: open.count,
            succeeded: succeeded.executions,
            failed: failed.executions
        )
    }
}

extension Branches {
    /// The tasks of a map run whose items or results are handed over piece by piece; `nil` for others.
    var streamedTasks: [PendingTask]? {
        guard let stream, let run else { return nil }
        var tasks = stream.open.map { execution in
            PendingTask(id: MapItemRequest.id(of: execution.index, in: run), answerer: .token)
        }
        if let until = stream.callUntil { tasks.append(PendingTask(id: run, answerer: .call, heartbeatAt: until)) }
        return tasks
    }
}

/// The stored form.
///
/// | member | meaning | left out |
/// | --- | --- | --- |
/// | `w` | 1 while results are written, 2 also where too many have failed | it runs |
/// | `i` | what is read and not begun | nothing |
/// | `q` | where they come from: the first item's index, and the place, one after the other | from one place |
/// | `r` | how many items were read | |
/// | `e` | there are no more items | there may be more |
/// | `g` | which page is asked for, or was last | |
/// | `p` | where the next page begins | the beginning |
/// | `c` | until when whoever was asked gives a sign of life, Unix ms | nobody was asked |
/// | `n` | how many executions were begun | |
/// | `o` | those under way: index, and number of items, one after the other | |
/// | `y`, `f` | items and executions that succeeded, that failed | |
/// | `u` | outputs: `[index, output]` | none |
/// | `h` | since when a step had no room for more, Unix ms | it had |
extension ItemStream {
    var json: JSON {
        func number(_ value: Int) -> JSON { .integer(Int64(value)) }
        var object = JSONObject()
        switch phase {
        case .running: break
        case .writing: object["w"] = .integer(1)
        case .writingFailed: object["w"] = .integer(2)
        }
        if !items.isEmpty { object["i"] = .array(items) }
        if !sources.isEmpty { object["q"] = .array(sources.flatMap { [number($0.first), .string($0.text)] }) }
        object["r"] = number(itemsRead)
        if isAtEnd { object["e"] = .bool(true) }
        object["g"] = number(page)
        object["p"] = position.map(JSON.string)
        object["c"] = callUntil.map { .integer($0.milliseconds) }
        object["n"] = number(begun)
        object["o"] = .array(open.flatMap { [number($0.index), number($0.items)] })
        object["y"] = .array([number(succeeded.items), number(succeeded.executions)])
        object["f"] = .array([number(failed.items), number(failed.executions)])
        if !outputs.isEmpty { object["u"] = .array(outputs.map { .array([number($0.index), $0.value]) }) }
        object["h"] = heldSince.map { .integer($0.milliseconds) }
        return .object(object)
    }

    /// Reads the stored form.
    init(_ json: JSON) throws(FlowError) {
        guard let object = json.objectValue, let read = try FlowMember.count(object["r"], "r"),
            let page = try FlowMember.count(object["g"], "g"), let begun = try FlowMember.count(object["n"], "n")
        else { throw FlowError(reason: "its stream ('s') lacks a count") }
        switch object["w"]?.integerValue {
        case nil: phase = .running
        case 1?: phase = .writing
        default: phase = .writingFailed
        }
        items = object["i"]?.arrayValue ?? []
        let places = object["q"]?.arrayValue ?? []
        sources = stride(from: 0, to: places.count - 1, by: 2).compactMap { place in
            guard let first = places[place].countValue, let text = places[place + 1].stringValue else { return nil }
            return Source(first: first, text: text)
        }
        itemsRead = read
        isAtEnd = object["e"] != nil
        self.page = page
        position = object["p"]?.stringValue
        callUntil = try FlowMember.instant(object["c"], "c")
        self.begun = begun
        let numbers = (object["o"]?.arrayValue ?? []).compactMap(\.countValue)
        guard numbers.count.isMultiple(of: 2) else { throw FlowError(reason: "its stream ('s') is cut off at 'o'") }
        open = stride(from: 0, to: numbers.count, by: 2).map { Open(index: numbers[$0], items: numbers[$0 + 1]) }
        succeeded = try Ended(object["y"])
        failed = try Ended(object["f"])
        outputs = (object["u"]?.arrayValue ?? []).compactMap { output in
            guard let parts = output.arrayValue, parts.count == 2, let index = parts[0].countValue else { return nil }
            return Output(index: index, value: parts[1])
        }
        heldSince = try FlowMember.instant(object["h"], "h")
    }
}

extension ItemStream.Ended {
    fileprivate init(_ json: JSON?) throws(FlowError) {
        let numbers = (json?.arrayValue ?? []).compactMap(\.countValue)
        guard numbers.count == 2 else { throw FlowError(reason: "its stream ('s') lacks the counts 'y' or 'f'") }
        (items, executions) = (numbers[0], numbers[1])
    }
}
