import StatesLanguage
import Waitable
import WaitableOperations
import WaitableRedis

extension StepFunctionsAPI {
    /// Lists the executions of a state machine, of a version, of an alias or of a map run; within a page the newest first.
    ///
    /// Waitable keeps no order by start: pages come open executions first, the latest moments before the earlier ones,
    /// then closed ones, from the last closed on. What fits into one page is in AWS's order.
    func listExecutions(_ request: APIRequest) async throws -> JSONObject {
        let (arn, machine, run) = try listedMachine(request)
        let filter = try request.optional("redriveFilter")
        var list = ExecutionList()
        list.machine = machine.name
        list.isDescending = true
        list.statuses = try request.statusFilter()
        let limit = try request.integer("maxResults") ?? 0
        var cursor: ListCursor?
        if let token = try request.optional("nextToken") {
            cursor = ListCursor(token: token)
            guard let cursor, list.holds(cursor) else {
                throw APIError("InvalidToken", "Invalid Token: 'Invalid token'")
            }
        }
        if let run {
            guard try await document(run.execution) != nil else { throw APIError.noMapRun(arn) }
        } else {
            guard try await exists(machine) else { throw APIError.noStateMachine(arn) }
            guard try await ingest.store.machine(machine.name)?.type == .standard else { throw APIError.wrongType }
        }

        let (wanted, start) = (list, cursor)
        let (found, next) = try await ingest.documents.turn { _ in
            try await ingest.partitions.executions(wanted, from: start, limit: limit == 0 ? 100 : limit) {
                Self.isListed($0.execution, run, filter) ? item(of: $0.execution, in: machine) : nil
            }
        }
        let newestFirst = found.enumerated().sorted { one, other in
            let (started, startedToo) = (one.element.startDate, other.element.startDate)
            return started == startedToo ? one.offset < other.offset : started > startedToo
        }
        var answer: JSONObject = ["executions": .array(newestFirst.map { .object($0.element.item) })]
        answer["nextToken"] = next.map { .string($0.token) }
        return answer
    }

    /// Whose executions are asked for.
    private func listedMachine(_ request: APIRequest) throws -> (arn: String, StateMachineReference, MapRunKey?) {
        let run = try request.optional("mapRunArn")
        guard let arn = try request.optional("stateMachineArn") else {
            guard let run else {
                throw APIError("ValidationException", "Must specify either stateMachineArn or mapRunArn")
            }
            let key = try ingest.arn.mapRunKey(in: run)
            return (run, StateMachineReference(name: key.processor), key)
        }
        guard run == nil else {
            throw APIError("ValidationException", "Must specify either stateMachineArn or mapRunArn, not both")
        }
        let machine = try ingest.arn.stateMachineReference(in: arn)
        guard !request.isGiven("redriveFilter") else {
            throw APIError("ValidationException", "redriveFilter can only be set together with mapRunArn")
        }
        return (arn, machine, nil)
    }

    /// Whether a machine exists, with the version or alias that is named.
    private func exists(_ machine: StateMachineReference) async throws -> Bool {
        guard machine.version != nil || machine.alias != nil else {
            return try await ingest.store.machine(machine.name) != nil
        }
        let entry = try await ingest.store.machineEntry(machine.name)
        return entry.record != nil
            && (machine.version == nil || entry.versions.contains { $0.number == machine.version })
            && (machine.alias == nil || entry.aliases.contains { $0.name == machine.alias })
    }

    /// Whether an execution is of a map run, and has been redriven or not, where that is asked for.
    private static func isListed(_ execution: Execution, _ run: MapRunKey?, _ filter: String?) -> Bool {
        guard run == nil || execution.mapRun == run else { return false }
        return filter == nil || (filter == "REDRIVEN") == (execution.redriveCount > 0)
    }

    /// What the list has of an execution; `nil` where it is of another version or alias.
    private func item(
        of execution: Execution,
        in machine: StateMachineReference
    ) -> (startDate: Instant, item: JSONObject)? {
        guard machine.version == nil || execution.version == machine.version,
            machine.alias == nil || execution.alias == machine.alias
        else { return nil }
        var item: JSONObject = [
            "executionArn": .string(ingest.arn.execution(execution.key)),
            "stateMachineArn": .string(ingest.arn.stateMachine(execution.key.machine)),
            "name": .string(execution.key.name),
            "status": .string(execution.status.rawValue),
            "startDate": execution.startDate.epochSeconds,
            "redriveCount": .integer(Int64(execution.redriveCount)),
        ]
        item["stopDate"] = execution.stopDate?.epochSeconds
        item["mapRunArn"] = execution.mapRun.map { .string(ingest.arn.mapRun($0)) }
        item.merge(versionAndAlias(of: execution))
        return (execution.startDate, item)
    }
}

extension APIRequest {
    /// The statuses that `statusFilter` asks for. None is pending a redrive: a redrive takes effect at once.
    fileprivate func statusFilter() throws(APIError) -> Set<ItemSummary.Status> {
        guard let name = try optional("statusFilter") else { return Set(ItemSummary.Status.allCases) }
        if name == "RUNNING" { return [.waiting, .running] }
        return Set(ItemSummary.Status.allCases.filter { $0.rawValue == name })
    }
}
