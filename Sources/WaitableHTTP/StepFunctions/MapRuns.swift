import StatesLanguage
import Waitable
import WaitableOperations
import WaitableRedis

extension StepFunctionsAPI {
    /// Describes a map run: how many of its items and executions stand how.
    func describeMapRun(_ request: APIRequest) async throws -> JSONObject {
        let (key, run) = try await mapRun(named: try request.required("mapRunArn"))
        let note = run.note
        var answer: JSONObject = [
            "mapRunArn": .string(ingest.arn.mapRun(key)),
            "executionArn": .string(ingest.arn.execution(key.execution)),
            "status": .string(run.status.rawValue),
            "startDate": run.startDate.epochSeconds,
            "maxConcurrency": .integer(Int64(note.maxConcurrency)),
            "toleratedFailurePercentage": .double(note.toleratedPercentage),
            "toleratedFailureCount": .integer(Int64(note.toleratedCount)),
            "itemCounts": Self.json(note.items),
            "executionCounts": Self.json(note.executions),
            "redriveCount": .integer(Int64(run.redriveCount)),
        ]
        answer["stopDate"] = run.stopDate?.epochSeconds
        answer["redriveDate"] = run.redriveDate?.epochSeconds
        return answer
    }

    /// Lists an execution's map runs, the latest first.
    func listMapRuns(_ request: APIRequest) async throws -> JSONObject {
        let arn = try request.required("executionArn")
        let execution = try ingest.arn.executionKey(in: arn)
        let runs = try await ingest.replays.make(from: execution) { try await mapRuns(of: $0, $1) }
        guard let runs else { throw APIError.noExecution(arn) }
        let page = try request.page(of: runs) { "\($0.note.id)" }
        return page.answer("mapRuns") { run in
            let key = MapRunKey(execution: execution, label: run.note.label, id: run.note.id)
            var item: JSONObject = [
                "executionArn": .string(ingest.arn.execution(execution)),
                "mapRunArn": .string(ingest.arn.mapRun(key)),
                "stateMachineArn": .string(ingest.arn.stateMachine(execution.machine)),
                "startDate": run.startDate.epochSeconds,
            ]
            item["stopDate"] = run.stopDate?.epochSeconds
            return .object(item)
        }
    }

    /// Changes the concurrency and the tolerance of a map run under way.
    func updateMapRun(_ request: APIRequest) async throws -> JSONObject {
        let arn = try request.required("mapRunArn")
        let settings = MapRunSettings(
            maxConcurrency: try request.integer("maxConcurrency"),
            toleratedCount: try request.integer("toleratedFailureCount"),
            toleratedPercentage: try request.number("toleratedFailurePercentage")
        )
        let (key, run) = try await mapRun(named: arn)
        guard settings != MapRunSettings() else { return [:] }
        func ended() -> APIError {
            APIError("ValidationException", "Map Run is not running: '\(arn)'")
        }
        let store = ingest.store(of: key.execution)
        guard run.status == .running, try await store.tune(key, settings) else { throw ended() }
        return [:]
    }

    /// The map run that an ARN names.
    private func mapRun(named arn: String) async throws -> (MapRunKey, MapRun) {
        let key = try ingest.arn.mapRunKey(in: arn)
        let runs = try await ingest.replays.make(from: key.execution) { execution, pause in
            try await mapRuns(of: execution, labelled: key.label, pause)
        }
        guard let run = runs?.first(where: { $0.note.id == key.id }), run.note.label == key.label else {
            throw APIError.noMapRun(arn)
        }
        return (key, run)
    }

    /// An execution's map runs, from its journal.
    ///
    /// - Parameter label: What the one is called after that is asked for: where no state of the machine is, there is none.
    private func mapRuns(
        of execution: Execution,
        labelled label: String? = nil,
        _ pause: Replays.Pause
    ) async throws -> [MapRun] {
        let machine = try await ingest.machines.machine(execution.key.machine, hash: execution.revision)
        if let label, machine.definition.processor(labelled: label) == nil { return [] }
        let secret = try await ingest.identity.secret()
        let runner = ExecutionRunner(machine: machine, arn: ingest.arn, secret: secret)
        let begun = MapRunReplay(of: execution, runner: runner)
        var replay = begun
        let isWhole = try await ingest.store(of: execution.key).readJournal(of: execution) { entry in
            try replay.take(entry)
            return true
        } pause: {
            try await pause()
        }
        return isWhole ? replay.ended() : []
    }

    private static func json(_ counts: MapRunNote.Counts) -> JSON {
        func json(_ count: Int) -> JSON { .integer(Int64(count)) }
        return .object([
            "pending": json(counts.pending), "running": json(counts.running), "succeeded": json(counts.succeeded),
            "failed": json(counts.failed), "timedOut": json(0), "aborted": json(counts.aborted),
            "total": json(counts.total), "resultsWritten": json(0),
        ])
    }
}
