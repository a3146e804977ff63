import StatesLanguage
import Waitable

/// A start that a client was told is accepted.
///
/// Read from an answer as ingest gives it, to `POST /`, a line of `POST /items` or `StartExecution`, or as `waitable_start`
/// returns it. A client may add to it what it had sent: `StartTimestamp`, or `input` (JSON text or JSON).
struct AcceptedStart: Equatable {
    var key: ExecutionKey
    var startDate: Instant?
    var startTimestamp: String?
    var input: JSON?

    /// What a line is.
    enum Line: Equatable {
        case start(AcceptedStart)
        /// A start that was refused: nothing was promised.
        case refused
        case unreadable(String)
    }

    static func read(_ line: [UInt8], defaultMachine: String?) -> Line {
        guard let json = try? JSON(parsing: line) else { return .unreadable("it is not JSON") }
        guard let object = json.objectValue else { return .unreadable("it is not a JSON object") }
        guard object["code"] == nil, object["__type"] == nil else { return .refused }
        let key: ExecutionKey
        if let arn = object["executionArn"]?.stringValue {
            let parts = arn.split(separator: ":", maxSplits: 6, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 7, let found = ExecutionKey(member: parts[6]) else {
                return .unreadable("its executionArn is none of an execution")
            }
            key = found
        } else if let id = object["Id"]?.stringValue {
            guard let machine = object["stateMachine"]?.stringValue ?? defaultMachine else {
                return .unreadable("it names no state machine, and there is no default one")
            }
            key = ExecutionKey(machine: machine, name: id)
        } else {
            return .unreadable("it has neither executionArn nor Id")
        }
        var start = AcceptedStart(key: key)
        start.startDate = object["startDate"].flatMap(milliseconds).map(Instant.init(milliseconds:))
        start.startTimestamp = object["StartTimestamp"]?.stringValue
        if let input = object["input"] {
            start.input = input.stringValue.flatMap { try? JSON(parsing: $0) } ?? input
        }
        return .start(start)
    }

    /// Epoch seconds, as AWS has them.
    private static func milliseconds(_ json: JSON) -> Int64? {
        switch json {
        case .integer, .double: json.numberValue.flatMap { Int64(exactly: ($0 * 1_000).rounded()) }
        default: nil
        }
    }

    /// What is wrong with what Redis has of it, and the detail; `nil` where nothing is.
    func problem(with document: [UInt8]?) -> (AuditProblem, String)? {
        guard let document else { return (.acceptedUnknown, "") }
        // What cannot be read is a finding of its own.
        guard let execution = try? ExecutionDocument.decode(document, key: key) else { return nil }
        if let startDate, startDate != execution.startDate {
            return (.acceptedOtherInstant, "\(startDate.iso8601), and it was \(execution.startDate.iso8601)")
        }
        guard startTimestamp != nil || input != nil else { return nil }
        let stored = try? JSON(parsing: execution.input)
        if let input, stored != input { return (.acceptedOtherInput, "") }
        if let startTimestamp, stored?.objectValue?["StartTimestamp"]?.stringValue != startTimestamp {
            return (.acceptedOtherInput, "")
        }
        return nil
    }
}
