import StatesLanguage

/// A second interpreter of the JSONPath language, written from the specification: slow, and as simple as can be. It has no
/// steps and no stored form: it runs a definition from its start to its end, and keeps the time by itself.
///
/// It knows Pass, Choice, Wait, Parallel, Map, Task, Succeed and Fail with their data flow, `Retry` and `Catch`. Paths are
/// names and indices. Causes are not its business.
struct ReferenceInterpreter {
    struct Failure: Error, Equatable {
        var error: String
    }

    /// How something ended, and when, in ms.
    struct End<Value> {
        var at: Int64
        var result: Result<Value, Failure>
    }

    /// What a state hands on, and to which state; to none at an end.
    struct Exit {
        var output: JSON
        var next: String?
    }

    /// What a task comes to, by its resource: an output, an error, or nothing before its time-out.
    typealias Task = (_ resource: String, _ parameters: JSON, _ attempt: Int) -> Result<JSON, Failure>?

    let input: JSON
    let start: Int64
    let task: Task
    /// Whether two branches failed at one instant with different errors: either is right.
    private(set) var isAmbiguous = false

    init(input: JSON, start: Int64, task: @escaping Task) {
        self.input = input
        self.start = start
        self.task = task
    }

    mutating func run(_ definition: JSON) -> End<JSON> { run(definition, input, at: start) }

    private mutating func run(_ graph: JSON, _ input: JSON, at start: Int64) -> End<JSON> {
        var end = End(at: start, result: .success(Exit(output: input, next: graph["StartAt"].stringValue)))
        while true {
            guard case .success(let exit) = end.result else { break }
            guard let name = exit.next else { return End(at: end.at, result: .success(exit.output)) }
            end = pass(graph["States"][name], name, exit.output, at: end.at)
        }
        return End(at: end.at, result: end.result.map(\.output))
    }

    // MARK: A state

    /// Runs a state until it is left: with its retries, and its catchers.
    private mutating func pass(_ state: JSON, _ name: String, _ data: JSON, at entered: Int64) -> End<Exit> {
        let retriers = state["Retry"].arrayValue ?? []
        var used = retriers.map { _ in Int64(0) }
        var now = entered
        while true {
            let context: JSON = .object([
                "Execution": .object(["Input": input, "StartTime": .string(Self.text(start))]),
                "State": .object([
                    "Name": .string(name), "EnteredTime": .string(Self.text(entered)),
                    "RetryCount": .integer(used.reduce(0, +)),
                ]),
            ])
            let end = execute(state, Scope(data: data, context: context), at: now, attempt: Int(used.reduce(0, +)))
            now = end.at
            guard case .failure(let failure) = end.result else { return end }
            let covering = retriers.firstIndex { Self.covers($0, failure, state) }
            if let index = covering, used[index] < retriers[index]["MaxAttempts"].integerValue ?? 3 {
                now += Self.pause(retriers[index], before: used[index]) * 1_000
                used[index] += 1
                continue
            }
            guard let catcher = state["Catch"].arrayValue?.first(where: { Self.covers($0, failure, state) }) else {
                return end
            }
            let error: JSON = .object(["Error": .string(failure.error), "Cause": .null])
            let result = Self.catching { () throws(Failure) in
                Exit(
                    output: try Self.put(error, at: catcher["ResultPath"], in: data),
                    next: catcher["Next"].stringValue
                )
            }
            return End(at: now, result: result)
        }
    }

    private static func covers(_ rule: JSON, _ failure: Failure, _ state: JSON) -> Bool {
        guard failure.error != "States.Runtime" else { return false }
        return rule["ErrorEquals"].arrayValue?.contains { name in
            switch name.stringValue {
            case failure.error, "States.ALL": true
            case "States.TaskFailed": failure.error != "States.Timeout"
            default: false
            }
        } ?? false
    }

    private static func pause(_ retrier: JSON, before attempt: Int64) -> Int64 {
        var seconds = retrier["IntervalSeconds"].integerValue ?? 1
        for _ in 0..<attempt { seconds *= retrier["BackoffRate"].integerValue ?? 2 }
        return min(seconds, retrier["MaxDelaySeconds"].integerValue ?? .max)
    }

    private mutating func execute(_ state: JSON, _ scope: Scope, at now: Int64, attempt: Int) -> End<Exit> {
        let next = state["Next"].stringValue
        let effective: JSON
        do throws(Failure) {
            effective = try scope.filtered(by: state["InputPath"], scope.data)
        } catch {
            return End(at: now, result: .failure(error))
        }
        let inner = Scope(data: effective, context: scope.context)
        /// What the state hands on, once it has a result.
        func leave(_ result: JSON) -> Result<Exit, Failure> {
            Self.catching { () throws(Failure) in
                let selected =
                    try state["ResultSelector"] == .null
                    ? result
                    : Scope(data: result, context: scope.context).filled(state["ResultSelector"])
                let output = try Self.put(selected, at: state["ResultPath"], in: scope.data)
                return Exit(output: try scope.filtered(by: state["OutputPath"], output), next: next)
            }
        }
        func parameters() throws(Failure) -> JSON {
            try state["Parameters"] == .null ? effective : inner.filled(state["Parameters"])
        }
        do throws(Failure) {
            switch state["Type"].stringValue {
            case "Pass":
                let made = try parameters()
                return End(at: now, result: leave(state["Result"] == .null ? made : state["Result"]))
            case "Succeed", "Wait":
                let seconds =
                    try state["SecondsPath"] == .null
                    ? state["Seconds"].integerValue ?? 0 : inner.seconds(at: state["SecondsPath"])
                let result = Self.catching { () throws(Failure) in
                    Exit(output: try scope.filtered(by: state["OutputPath"], effective), next: next)
                }
                return End(at: now + seconds * 1_000, result: result)
            case "Fail":
                throw Failure(error: state["Error"].stringValue ?? "")
            case "Choice":
                var way = state["Default"].stringValue
                for rule in state["Choices"].arrayValue ?? [] where try inner.holds(rule) {
                    way = rule["Next"].stringValue
                    break
                }
                guard way != nil else { throw Failure(error: "States.NoChoiceMatched") }
                let output = try scope.filtered(by: state["OutputPath"], effective)
                return End(at: now, result: .success(Exit(output: output, next: way)))
            case "Task":
                guard let result = task(state["Resource"].stringValue ?? "", try parameters(), attempt) else {
                    let limit = state["TimeoutSeconds"].integerValue ?? 0
                    return End(at: now + limit * 1_000, result: .failure(Failure(error: "States.Timeout")))
                }
                return End(at: now, result: leave(try result.get()))
            case "Parallel":
                let made = try parameters()
                let branches = (state["Branches"].arrayValue ?? []).map { ($0, made) }
                let end = join(branches, at: now, atOnce: 0)
                return End(at: end.at, result: end.result.flatMap(leave))
            default:
                guard let items = try inner.value(state["ItemsPath"]).arrayValue else {
                    throw Failure(error: "States.Runtime")
                }
                var inputs: [(JSON, JSON)] = []
                for (index, item) in items.enumerated() {
                    let own: JSON = .object(["Index": .integer(Int64(index)), "Value": item])
                    var context = scope.context.objectValue ?? [:]
                    context["Map"] = .object(["Item": own])
                    let selector = Scope(data: effective, context: .object(context))
                    let input = try state["ItemSelector"] == .null ? item : selector.filled(state["ItemSelector"])
                    inputs.append((state["ItemProcessor"], input))
                }
                let end = join(inputs, at: now, atOnce: Int(state["MaxConcurrency"].integerValue ?? 0))
                return End(at: end.at, result: end.result.flatMap(leave))
            }
        } catch {
            return End(at: now, result: .failure(error))
        }
    }

    /// Runs graphs side by side, so many at once (0: all), each as soon as there is room.
    private mutating func join(_ graphs: [(JSON, JSON)], at start: Int64, atOnce: Int) -> End<JSON> {
        var free = Array(repeating: start, count: atOnce == 0 ? max(1, graphs.count) : atOnce)
        var outputs: [JSON] = []
        var failures: [End<JSON>] = []
        var last = start
        for (graph, input) in graphs {
            let place = free.indices.min { (free[$0], $0) < (free[$1], $1) } ?? 0
            // What would begin after a failure never does.
            if let first = failures.map(\.at).min(), free[place] > first { break }
            let end = run(graph, input, at: free[place])
            free[place] = end.at
            last = max(last, end.at)
            switch end.result {
            case .success(let output): outputs.append(output)
            case .failure: failures.append(end)
            }
        }
        guard let at = failures.map(\.at).min() else { return End(at: last, result: .success(.array(outputs))) }
        let first = failures.filter { $0.at == at }
        if first.contains(where: { $0.result != first[0].result }) { isAmbiguous = true }
        return first[0]
    }

    // MARK: Data

    /// What paths of a state lead to.
    struct Scope {
        var data: JSON
        var context: JSON

        /// The value of a path: `$` and names and indices behind it, `$$` for the context.
        func value(_ path: JSON) throws(Failure) -> JSON {
            guard var text = path.stringValue.map({ Substring($0) }) else { throw Failure(error: "States.Runtime") }
            var value = data
            text.removeFirst()
            if text.hasPrefix("$") {
                value = context
                text.removeFirst()
            }
            for part in text.split(whereSeparator: { ".[".contains($0) }) {
                let found: JSON?
                if part.hasSuffix("]"), let index = Int(part.dropLast()) {
                    let elements = value.arrayValue ?? []
                    found = elements.indices.contains(index) ? elements[index] : nil
                } else {
                    found = value.objectValue?[String(part)]
                }
                guard let found else { throw Failure(error: "States.Runtime") }
                value = found
            }
            return value
        }

        /// What InputPath or OutputPath makes of a value; nothing there leaves it, `null` there makes it empty.
        func filtered(by path: JSON, _ value: JSON) throws(Failure) -> JSON {
            switch path {
            case .null: value
            case .string("null"): .object([:])
            default: try Scope(data: value, context: context).value(path)
            }
        }

        /// A payload template, filled in.
        func filled(_ template: JSON) throws(Failure) -> JSON {
            switch template {
            case .object(let members):
                var object = JSONObject()
                for (name, value) in members {
                    if name.hasSuffix(".$") {
                        object[String(name.dropLast(2))] = try self.value(value)
                    } else {
                        object[name] = try filled(value)
                    }
                }
                return .object(object)
            case .array(let elements):
                var array: [JSON] = []
                for element in elements { array.append(try filled(element)) }
                return .array(array)
            default: return template
            }
        }

        func seconds(at path: JSON) throws(Failure) -> Int64 {
            guard let seconds = try value(path).integerValue, seconds >= 0 else {
                throw Failure(error: "States.Runtime")
            }
            return seconds
        }

        /// Whether a choice rule holds.
        func holds(_ rule: JSON) throws(Failure) -> Bool {
            if let rules = rule["And"].arrayValue {
                for rule in rules where try !holds(rule) { return false }
                return true
            }
            if let rules = rule["Or"].arrayValue {
                for rule in rules where try holds(rule) { return true }
                return false
            }
            if rule["Not"] != .null { return try !holds(rule["Not"]) }
            if let isPresent = rule["IsPresent"].boolValue {
                return (try? value(rule["Variable"])) != nil ? isPresent : !isPresent
            }
            let value = try value(rule["Variable"])
            if let number = rule["NumericGreaterThan"].integerValue { return (value.integerValue ?? .min) > number }
            if let text = rule["StringEquals"].stringValue { return value.stringValue == text }
            if let truth = rule["BooleanEquals"].boolValue { return value.boolValue == truth }
            if let isNumeric = rule["IsNumeric"].boolValue { return (value.integerValue != nil) == isNumeric }
            return (value.stringValue != nil) == rule["IsString"].boolValue
        }
    }

    /// Where a result goes in what came in.
    private static func put(_ result: JSON, at path: JSON, in data: JSON) throws(Failure) -> JSON {
        switch path {
        case .null, .string("$"): return result
        case .string("null"): return data
        default:
            let names = (path.stringValue ?? "").split(separator: ".").dropFirst().map(String.init)
            return try put(result, at: names[...], in: data)
        }
    }

    private static func put(_ result: JSON, at names: ArraySlice<String>, in data: JSON?) throws(Failure) -> JSON {
        guard let name = names.first else { return result }
        guard case .object(var members) = data ?? .object([:]) else {
            throw Failure(error: "States.ResultPathMatchFailure")
        }
        members[name] = try put(result, at: names.dropFirst(), in: members[name])
        return .object(members)
    }

    private static func text(_ milliseconds: Int64) -> String { Instant(milliseconds: milliseconds).iso8601 }

    private static func catching<Value>(_ body: () throws(Failure) -> Value) -> Result<Value, Failure> {
        do throws(Failure) {
            return .success(try body())
        } catch {
            return .failure(error)
        }
    }
}

extension JSON {
    /// A member of an object, or `null`. Definitions made for the reference interpreter write a path that is `null` as the text
    /// "null", and have no other null.
    fileprivate subscript(name: String) -> JSON { objectValue?[name] ?? .null }
}
