import StatesLanguage

/// The stored form of an ``Execution``: a ``CompactDocument`` where that can tell it all, else one JSON object in a fixed
/// order of members.
///
/// The members before `f` are the head: functions read it from its first byte on, in this order, and leave messages behind
/// the status (documents.lua). What callers wrote comes after it, where no function looks. The input is
/// always last and verbatim, so that "the same input?" is a comparison of the document's end. In front of a compact
/// document there may be an object with the status and messages.
///
/// | member | meaning |
/// | --- | --- |
/// | `s` | status: R, S, F, T or A |
/// | `ended`, `failure` | closing instant (Unix ms), `{"error","cause"}` |
/// | `moved`, `movedAt`, `redriven`, `was`, `outcomes` | ``ExecutionMessages``: rescheduled to and at (ms), redriven at (ms), status before, outcomes |
/// | `k` | fencing token of the last commit |
/// | `d` | hash of the revision |
/// | `b` | start (Unix ms) |
/// | `n` | redrive count, absent for 0 |
/// | `p` | version and alias that were started, `3` or `3:prod`, absent for none |
/// | `y` | the task that waits for its end and what it wants, `7@machine:id`, or `7@{5}machine:id` in partition 5; absent for none |
/// | `w` | the ids of its tasks that wait for answers from outside, `7,12`; absent for none |
/// | `z` | the end of the wait that it stands in (Unix ms); absent where it stands in none, or in branches |
/// | `t` | when it times out (Unix ms); absent for never |
/// | `f` | flow |
/// | `h` | ``Journal``, absent where no history is kept |
/// | `o` | output, absent when it is the input's text |
/// | `input` | the input |
package enum ExecutionDocument {
    /// Writes a document.
    ///
    /// - Parameter lease: The fencing token under which it is committed; `nil` for none.
    package static func encode(_ execution: Execution, lease: String?) -> [UInt8] {
        // Messages are for a worker that has taken them, but for one that still reads what they begin.
        let messages = execution.status.isOpen ? execution.messages.head : [:]
        guard messages.isEmpty else { return object(execution, messages, lease: lease) }
        return CompactDocument.encode(execution, lease: lease) ?? object(execution, lease: lease)
    }

    private static func object(
        _ execution: Execution,
        _ messages: JSONObject = [:],
        lease: String?
    ) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(192 + execution.input.utf8.count)
        text.append(contentsOf: #"{"s":""#.utf8)
        text.append(contentsOf: execution.status.code.utf8)
        text.append(UInt8(ascii: "\""))
        if let stop = execution.stopDate {
            member("ended", JSON.integer(stop.milliseconds), &text)
        }
        if let failure = execution.failure { member("failure", failure.json, &text) }
        for (name, message) in messages { member(name, message, &text) }
        if let lease { member("k", .string(lease), &text) }
        member("d", .string(execution.revision), &text)
        member("b", .integer(execution.startDate.milliseconds), &text)
        if execution.redriveCount > 0 { member("n", .integer(Int64(execution.redriveCount)), &text) }
        if let version = execution.version {
            member("p", .string("\(version)" + (execution.alias.map { ":\($0)" } ?? "")), &text)
        }
        if let parent = execution.parent { member("y", .string(parent.text), &text) }
        if let flow = execution.flow {
            if execution.status.isOpen { head(flow, &text) }
            member("f", flow.json(since: execution.startDate), &text)
        }
        if let journal = execution.journal {
            prefix("h", &text)
            journal.write(to: &text)
        }
        if let output = execution.output, output != execution.input { raw("o", output, &text) }
        raw("input", execution.input, &text)
        text.append(UInt8(ascii: "}"))
        return text
    }

    /// What functions have to know of where an execution stands.
    private static func head(_ flow: Flow, _ text: inout [UInt8]) {
        let awaited = flow.pendingTasks.filter { $0.answerer != .commit }
        if !awaited.isEmpty {
            member("w", .string(awaited.map { String($0.id) }.joined(separator: ",")), &text)
        }
        if let end = flow.waitEnd { member("z", .integer(end.milliseconds), &text) }
        if let deadline = flow.deadline { member("t", .integer(deadline.milliseconds), &text) }
    }

    /// Whether a document that has an input shares it with another one.
    ///
    /// - Parameter sameBytes: How many bytes at their ends are the same.
    package static func isShared(_ input: String, in sameBytes: Int) -> Bool {
        sameBytes >= #","input":"#.utf8.count + input.utf8.count + 1
    }

    /// Reads a document.
    ///
    /// - Throws: ``DocumentError`` naming the member that is missing or of the wrong type.
    package static func decode(_ bytes: [UInt8], key: ExecutionKey) throws(DocumentError) -> Execution {
        if CompactDocument.isCompact(bytes) { return try CompactDocument.decode(bytes[...], key: key) }
        let members: [(key: String, value: Range<Int>)]
        let end: Int
        do {
            (members, end) = try JSON.members(of: bytes)
        } catch {
            throw DocumentError(key: key, reason: "is not a JSON object: line \(error.line), column \(error.column)")
        }
        let reader = Reader(bytes: bytes, key: key, members: members)

        let code = try reader.string("s")
        guard let status = ExecutionStatus(code: code) else {
            throw DocumentError(key: key, reason: "has an unknown status")
        }
        var execution: Execution
        if bytes[end...].contains(where: { !isSpace($0) }) {
            execution = try CompactDocument.decode(bytes[end...], key: key)
        } else {
            execution = try self.execution(reader)
        }
        execution.status = status
        if !status.isOpen {
            execution.stopDate = try reader.instant("ended")
            execution.failure = try reader.json("failure").map(ExecutionFailure.init(json:))
        }
        if status == .succeeded, execution.output == nil { execution.output = execution.input }
        // A closed one's `ended` and `failure` are its own; what else is there was left by functions before it was stopped.
        let messages = status.isOpen ? openMessages : closedMessages
        if members.contains(where: { messages.contains($0.key) }) {
            var head = JSONObject()
            for name in messages { head[name] = try reader.json(name) }
            execution.messages = ExecutionMessages(head)
        }
        return execution
    }

    /// What an object tells beside the status and the messages.
    private static func execution(_ reader: Reader) throws(DocumentError) -> Execution {
        var execution = Execution(
            key: reader.key,
            revision: try reader.string("d"),
            startDate: Instant(milliseconds: try reader.integer("b")),
            input: try reader.text("input")
        )
        execution.redriveCount = try reader.json("n")?.countValue ?? 0
        if let started = try reader.json("p")?.stringValue {
            let parts = started.split(separator: ":", maxSplits: 1)
            execution.version = parts.first.flatMap { Int($0) }
            execution.alias = parts.count > 1 ? String(parts[1]) : nil
        }
        if let parent = try reader.json("y")?.stringValue {
            execution.parent = Execution.ParentTask(parent)
        }
        if let flow = try reader.json("f") {
            do {
                execution.flow = try Flow(json: flow, since: execution.startDate)
            } catch {
                throw DocumentError(key: reader.key, reason: "has an unreadable flow")
            }
        }
        execution.journal = try reader.journal("h")
        execution.output = reader.range("o") == nil ? nil : try reader.text("o")
        return execution
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private static let openMessages = ["moved", "movedAt", "redriven", "was", "ended", "failure", "outcomes"]
    private static let closedMessages = ["moved", "movedAt", "redriven"]

    private static func member(_ name: String, _ value: JSON, _ text: inout [UInt8]) {
        prefix(name, &text)
        value.write(to: &text)
    }

    private static func raw(_ name: String, _ value: String, _ text: inout [UInt8]) {
        prefix(name, &text)
        text.append(contentsOf: value.utf8)
    }

    private static func prefix(_ name: String, _ text: inout [UInt8]) {
        text.append(contentsOf: #",""#.utf8)
        text.append(contentsOf: name.utf8)
        text.append(contentsOf: #"":"#.utf8)
    }

    /// The members of one document, parsed only where asked for.
    private struct Reader {
        var bytes: [UInt8]
        var key: ExecutionKey
        var members: [(key: String, value: Range<Int>)]

        /// Where a member's value stands; of a repeated one, the last.
        func range(_ name: String) -> Range<Int>? { members.last { $0.key == name }?.value }

        func text(_ name: String) throws(DocumentError) -> String {
            guard let range = range(name) else { throw DocumentError(key: key, reason: "lacks the member '\(name)'") }
            return String(decoding: bytes[range], as: UTF8.self)
        }

        func json(_ name: String) throws(DocumentError) -> JSON? {
            guard let range = range(name) else { return nil }
            do {
                return try JSON(parsing: bytes[range])
            } catch {
                throw DocumentError(key: key, reason: "has an unreadable member '\(name)'")
            }
        }

        func journal(_ name: String) throws(DocumentError) -> Journal? {
            guard let range = range(name) else { return nil }
            guard let journal = Journal(Array(bytes[range])) else {
                throw DocumentError(key: key, reason: "has a member '\(name)' that is no journal")
            }
            return journal
        }

        func string(_ name: String) throws(DocumentError) -> String {
            guard let value = try json(name)?.stringValue else {
                throw DocumentError(key: key, reason: "lacks the text member '\(name)'")
            }
            return value
        }

        func integer(_ name: String) throws(DocumentError) -> Int64 {
            guard let value = try json(name)?.integerValue else {
                throw DocumentError(key: key, reason: "lacks the integer member '\(name)'")
            }
            return value
        }

        func instant(_ name: String) throws(DocumentError) -> Instant? {
            try json(name)?.integerValue.map(Instant.init(milliseconds:))
        }
    }
}

/// A document that this version cannot read. The execution is left as it is.
package struct DocumentError: Error, Sendable, CustomStringConvertible {
    /// The execution whose document it is.
    package var key: ExecutionKey
    /// What is wrong, as the rest of a sentence; nothing that the document holds.
    package var reason: String

    /// An error from its parts.
    package init(key: ExecutionKey, reason: String) {
        self.key = key
        self.reason = reason
    }

    /// `the document of machine:id …`
    package var description: String { "the document of \(key) \(reason)" }
}

extension Execution.ParentTask {
    fileprivate var text: String { "\(task)\(answer.rawValue)\(place)" }

    fileprivate init?(_ text: String) {
        let digits = text.unicodeScalars.prefix { ("0"..."9").contains($0) }
        let rest = text.unicodeScalars[digits.endIndex...]
        guard let task = Int(String(digits)), let answer = rest.first.flatMap(Answer.init(rawValue:)),
            let place = ExecutionKey.read(place: String(rest.dropFirst()))
        else { return nil }
        self.init(key: place.key, task: task, answer: answer, partition: place.partition)
    }
}
