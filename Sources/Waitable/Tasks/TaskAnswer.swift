package import StatesLanguage

/// An entry of an execution's messages: what a task is told from outside.
///
/// | field | value |
/// | --- | --- |
/// | `7` | the answer of task 7: `{"output":…}`, `{"error"?,"cause"?}`, or `{"child":"machine:id","as"}`, which has closed |
/// | `s7` | a worker took it: `{"worker"?,"at"}` |
/// | `b7` | what it was begun with has been accepted, with this answer; it goes on until its token is used, or with `{"output"?,"poll","after","failures"?,"state","job"?}` until it is asked again, after so many ms; `job` is a ``FollowedJob`` that has begun |
/// | `h7` | its last sign of life, Unix ms |
/// | `o7` | the outcome of what it asked another partition for: ``ChildOutcome`` or ``ItemOutcome`` |
/// | `m7` | what was changed of the map run that began with event 7: ``StatesLanguage/MapRunSettings`` |
package enum TaskAnswer: Sendable, Equatable {
    /// The task is done.
    case succeeded(JSON)
    /// The task failed.
    case failed(error: String?, cause: String?)
    /// What it was begun with has been accepted, with this answer.
    case submitted(JSON)
    /// Whoever was called wants to be asked again; with the answer to what it was begun with, where that is told. The poll's
    /// instant is not looked at, but its pause. With the job that has begun, as ``FollowedJob`` has it: where nobody reads the
    /// answer any more, it is to be stopped.
    case postponed(TaskPoll, output: JSON?, job: String? = nil)
    /// It is alive.
    case heartbeat(Instant)

    /// The field for a task.
    package func field(ofTask id: Int) -> String {
        switch self {
        case .succeeded, .failed: "\(id)"
        case .submitted, .postponed: "b\(id)"
        case .heartbeat: "h\(id)"
        }
    }

    /// The stored form.
    package var json: JSON {
        switch self {
        case .succeeded(let output), .submitted(let output): return .object(["output": output])
        case .failed(let error, let cause):
            var object = JSONObject()
            object["error"] = error.map(JSON.string)
            object["cause"] = cause.map(JSON.string)
            return .object(object)
        case .postponed(let poll, let output, let job):
            var object = JSONObject()
            object["output"] = output
            object["job"] = job.map(JSON.string)
            object["poll"] = .integer(Int64(poll.number))
            object["after"] = .integer(poll.pause)
            if poll.failures > 0 { object["failures"] = .integer(Int64(poll.failures)) }
            object["state"] = .string(poll.state)
            return .object(object)
        case .heartbeat(let instant): return .integer(instant.milliseconds)
        }
    }

    /// How deep an entry may be nested: the document holds it some levels deeper, and has to be read again.
    package static let deepestEntry = JSON.deepestNesting - 14

    /// The failure of a task whose answer is nested deeper, or is no JSON.
    package static let tooDeep = Self.failed(
        error: "States.DataLimitExceeded",
        cause: "The task's answer is nested deeper than \(deepestEntry - 1) levels, or is no JSON."
    )

    /// An entry of an inbox as a step reads it: an answer that is nested too deep, or no JSON, fails its task.
    ///
    /// - Parameters:
    ///   - field: The entry's field.
    ///   - text: The entry.
    /// - Returns: `nil` for what is no JSON and no answer.
    package static func entry(_ field: String, _ text: [UInt8]) -> JSON? {
        let entry = try? JSON(parsing: text)
        if let entry, !entry.isNested(deeperThan: deepestEntry) { return entry }
        // An outcome that cannot be read fails its task.
        if field.first == "o" { return .object([:]) }
        guard field.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return Self.tooDeep.json
    }

    /// What the outcome of an effect is to the interpreter.
    static func stimulus(of outcome: JSON, for task: Int, arn: ARN, at now: Instant) -> Stimulus {
        ChildOutcome(outcome, arn: arn, at: now)?.stimulus(for: task) ?? ItemOutcome(outcome).stimulus(for: task)
    }

    /// What the entries of an inbox are to the interpreter: starts first, then signs of life, then answers.
    static func stimuli(_ answers: JSONObject, arn: ARN, at now: Instant) -> [Stimulus] {
        guard !answers.isEmpty else { return [] }
        var starts: [Stimulus] = []
        var signs: [Stimulus] = []
        var ends: [Stimulus] = []
        for (field, value) in answers {
            switch field.first {
            case "s":
                guard let task = Int(field.dropFirst()), let at = value.objectValue?["at"]?.integerValue else {
                    continue
                }
                let worker = value.objectValue?["worker"]?.stringValue
                starts.append(.started(task: task, worker: worker, at: Instant(milliseconds: at)))
            case "b":
                guard let task = Int(field.dropFirst()), let object = value.objectValue else { continue }
                if let poll = TaskPoll(answer: object, at: now) {
                    starts.append(.postponed(task: task, poll, output: object["output"]))
                } else if let output = object["output"] {
                    starts.append(.submitted(task: task, output: output))
                }
            case "o":
                guard let task = Int(field.dropFirst()) else { continue }
                starts.append(stimulus(of: value, for: task, arn: arn, at: now))
            case "m":
                guard let run = Int(field.dropFirst()), let settings = MapRunSettings(value) else { continue }
                starts.append(.tuned(run: run, settings))
            case "h":
                guard let task = Int(field.dropFirst()), let at = value.integerValue else { continue }
                signs.append(.heartbeat(task: task, at: Instant(milliseconds: at)))
            default:
                guard let task = Int(field), let object = value.objectValue else { continue }
                if let output = object["output"] {
                    ends.append(.succeeded(task: task, output: output))
                } else {
                    let cause = object["cause"]?.stringValue
                    ends.append(.failed(task: task, error: object["error"]?.stringValue, cause: cause))
                }
            }
        }
        return starts + signs + ends
    }
}

extension TaskPoll {
    /// Reads what ``TaskAnswer/postponed(_:output:)`` writes; `nil` where it is something else.
    fileprivate convenience init?(answer: JSONObject, at now: Instant) {
        guard let number = answer["poll"]?.countValue, let pause = answer["after"]?.integerValue,
            let state = answer["state"]?.stringValue
        else { return nil }
        let failures = answer["failures"]?.countValue ?? 0
        self.init(number: number, pause: pause, failures: failures, state: state, at: now)
    }
}
