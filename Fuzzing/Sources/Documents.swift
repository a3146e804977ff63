import JSONValues
import StatesLanguage
import Waitable

@testable import WaitableOperations

/// What is read that Waitable has written, or was given by a client to go on with.
extension Fuzzing {
    @Sendable static func document(_ bytes: ArraySlice<UInt8>) {
        let key = ExecutionKey(machine: "m", name: "x")
        guard let execution = try? ExecutionDocument.decode(Array(bytes), key: key) else { return }
        _ = execution.journal?.entries(list: [], since: execution.startDate)
        // What no step writes, such as the id of an event beyond all bounds, may not be readable again.
        guard let again = try? ExecutionDocument.decode(ExecutionDocument.encode(execution, lease: nil), key: key)
        else {
            return
        }
        precondition(again.status == execution.status, "another document after it was written")
    }

    @Sendable static func token(_ bytes: ArraySlice<UInt8>) {
        guard let token = TaskToken(String(decoding: bytes, as: UTF8.self)) else { return }
        precondition(!token.isMade(with: secret), "a token that nobody has made")
        precondition(TaskToken(token.text) == token, "another token after it was written")
    }

    /// Where a list or a feed goes on, or the head of a message to another partition.
    @Sendable static func cursor(_ bytes: ArraySlice<UInt8>) {
        let text = String(decoding: bytes, as: UTF8.self)
        if let cursor = ListCursor(token: text) {
            precondition(ListCursor(token: cursor.token) == cursor, "another place after it was written")
            _ = ExecutionList().holds(cursor)
        }
        if let id = StreamID(text) { precondition(StreamID(id.description) == id, "another id after it was written") }
        _ = MessageHead(Array(bytes))
    }

    /// A line of an export, and of the answers that an audit is given.
    @Sendable static func line(_ bytes: ArraySlice<UInt8>) {
        let line = Array(bytes)
        if case .start(let start) = AcceptedStart.read(line, defaultMachine: "m") { _ = start.problem(with: line) }
        guard let object = value(bytes).objectValue, let record = try? TransferRecord(json: object) else { return }
        guard let written = record.json.objectValue, let again = try? TransferRecord(json: written) else {
            preconditionFailure("a record that was written cannot be read")
        }
        precondition(again == record, "another record after it was written")
    }

    private static let secret = TaskTokenKey.make()
}
