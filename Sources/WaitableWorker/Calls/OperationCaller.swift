package import StatesLanguage
package import Waitable

/// What carries out operations of the Step Functions API for tasks.
package struct OperationHandler: Sendable {
    /// Carries out an operation, by its name and the members of its request.
    package typealias Operation =
        @Sendable (_ operation: String, _ members: JSONObject) async -> Result<JSONObject, OperationFailure>

    fileprivate let carryOut: Operation

    /// A handler.
    package init(_ carryOut: @escaping Operation) { self.carryOut = carryOut }
}

/// Carries out tasks `aws-sdk:sfn:…` in this process.
struct OperationCaller: Sendable {
    /// `nil` where the process has none.
    let handler: OperationHandler?

    /// The service's name in resources.
    static let service = "aws-sdk:sfn"
    /// How long an operation may take.
    private static let longest: Duration = .seconds(60)
    /// Those that are for callers who wait: a task takes an activity's tasks from nobody.
    private static let forCallers: Set<Spelling> = ["GetActivityTask", "TestState"]
    /// Members whose text is JSON, so that a definition may have the value itself.
    private static let documents: Set<Spelling> = ["definition", "input", "output"]

    func answer(to request: IntegrationRequest, _ call: OutsideCall) async -> TaskAnswer {
        if let poll = request.poll { return await self.answer(to: poll, of: request, call) }
        let action = request.integration.action
        let operation = action.prefix(1).uppercased() + action.dropFirst()
        guard !Self.forCallers.contains(Spelling(operation)) else { return Self.unsupported(request) }
        var members = Self.members(request.parameters, isOutermost: true).objectValue ?? [:]
        // A call that is made again starts the same execution.
        if operation == "StartExecution", members["name"] == nil {
            members["name"] = .string(DerivedUUID.text(call.idempotencyKey, "name"))
        }
        return await carryOut(operation, members, request, call)
    }

    /// How an execution stands that is followed.
    private func answer(to poll: TaskPoll, of request: IntegrationRequest, _ call: OutsideCall) async -> TaskAnswer {
        let execution = (try? JSON(parsing: poll.state)) ?? .null
        return await carryOut(FollowedExecution.poll, ["executionArn": execution], request, call)
    }

    private func carryOut(
        _ operation: String,
        _ members: JSONObject,
        _ request: IntegrationRequest,
        _ call: OutsideCall
    ) async -> TaskAnswer {
        do throws(OperationFailure) {
            guard let handler else { return Self.unsupported(request) }
            let carriedOut = try await Self.bounded { await handler.carryOut(operation, members) }.get()
            if operation == FollowedExecution.start || operation == FollowedExecution.poll,
                carriedOut["status"]?.stringValue == "RUNNING", let execution = carriedOut["executionArn"]
            {
                let number = (request.poll?.number ?? 0) + 1
                let pause = FollowedExecution.pause(before: number)
                let poll = TaskPoll(number: number, pause: pause, state: execution.text, at: call.date)
                return .postponed(poll, output: nil)
            }
            let answer = Self.output(.object(carriedOut))
            guard answer.textSize(upTo: DataLimit.bytes) <= DataLimit.bytes else {
                return .tooLarge(from: request.integration.service)
            }
            return answer.isNested(deeperThan: TaskAnswer.deepestEntry - 1) ? .tooDeep : .succeeded(answer)
        } catch {
            // An execution goes on, although nobody can say now how it stands.
            if let poll = request.poll, error.status >= 500, poll.failures < TaskPoll.mostFailures {
                return .postponed(poll.afterFailure, output: nil)
            }
            let name = error.name.hasSuffix("Exception") ? error.name : error.name + "Exception"
            let requestID = DerivedUUID.text(call.idempotencyKey)
            return .failed(
                error: "Sfn.\(name)",
                cause: "\(error.message) (Service: Sfn, Status Code: \(error.status), Request ID: \(requestID))"
            )
        }
    }

    private static func unsupported(_ request: IntegrationRequest) -> TaskAnswer {
        .failed(
            error: OutsideIntegration.missing,
            cause: "The resource \(request.integration.resource) is not supported by this version"
        )
    }

    private static func bounded(
        _ body: @Sendable @escaping () async -> Result<JSONObject, OperationFailure>
    ) async -> Result<JSONObject, OperationFailure> {
        let late = OperationFailure(name: "ServiceUnavailable", message: "There was no answer in time.", status: 503)
        return await withTaskGroup(of: Result<JSONObject, OperationFailure>.self) { group in
            group.addTask { await body() }
            group.addTask {
                try? await Task.sleep(for: Self.longest)
                return .failure(late)
            }
            defer { group.cancelAll() }
            return await group.next() ?? .failure(late)
        }
    }

    // MARK: Names and values

    /// Parameters as the API has them: `stateMachineArn`, and JSON as text.
    private static func members(_ value: JSON, isOutermost: Bool = false) -> JSON {
        switch value {
        case .array(let array): return .array(array.map { members($0) })
        case .object(let object):
            var result = JSONObject()
            for (name, value) in object {
                let member = name.prefix(1).lowercased() + name.dropFirst()
                let isText = isOutermost && documents.contains(Spelling(member)) && value != .null
                result[member] = isText ? .string(value.stringValue ?? value.text) : members(value)
            }
            return .object(result)
        default: return value
        }
    }

    /// An answer as Step Functions hands it to a task: `StateMachineArn`, and instants as texts.
    private static func output(_ value: JSON) -> JSON {
        switch value {
        case .array(let array): return .array(array.map(output))
        case .object(let object):
            var result = JSONObject()
            for (name, value) in object {
                let member = name.prefix(1).uppercased() + name.dropFirst()
                if name.hasSuffix("Date") || name == "timestamp", let seconds = value.numberValue,
                    let instant = Instant(clamping: (seconds * 1_000).rounded())
                {
                    result[member] = .string(instant.iso8601)
                } else {
                    result[member] = output(value)
                }
            }
            return .object(result)
        default: return value
        }
    }
}
