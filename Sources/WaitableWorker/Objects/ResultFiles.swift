import StatesLanguage
import Waitable
import WaitableRedis

/// Writes the results of a map run, a file at a time, and at last the manifest that names the files. What a call writes depends on
/// its position alone: made again, it writes the same again.
///
/// Source: AWS Step Functions developer guide, "ResultWriter (Map)".
struct ResultFiles: Sendable {
    let request: TransferRequest
    let writing: ResultWriting
    let storage: any ObjectStorage
    let partitions: Partitions

    /// Files for each way in which executions end, in the order in which they are written.
    private enum Kind: String, CaseIterable {
        case succeeded = "SUCCEEDED"
        case failed = "FAILED"
        case pending = "PENDING"

        init(_ status: ExecutionStatus) {
            switch status {
            case .succeeded: self = .succeeded
            case .failed, .timedOut, .aborted: self = .failed
            case .running: self = .pending
            }
        }
    }

    private struct File {
        var kind: Int
        var number: Int
        var bytes: Int
    }

    /// Where the next file begins.
    private struct Position {
        var kind = 0
        /// The next execution to be looked at.
        var execution = 0
        /// The number of the next file of the kind.
        var number = 0
        var files: [File] = []

        init() {}

        /// Reads ``text``; `nil` where it is something else.
        init?(_ text: String) {
            let numbers = ((try? JSON(parsing: text))?.arrayValue ?? []).compactMap(\.countValue)
            guard numbers.count >= 3, numbers.count.isMultiple(of: 3), numbers[0] < Kind.allCases.count else {
                return nil
            }
            (kind, execution, number) = (numbers[0], numbers[1], numbers[2])
            for index in stride(from: 3, to: numbers.count, by: 3) {
                files.append(File(kind: numbers[index], number: numbers[index + 1], bytes: numbers[index + 2]))
            }
        }

        var text: String {
            let numbers = [kind, execution, number] + files.flatMap { [$0.kind, $0.number, $0.bytes] }
            return JSON.array(numbers.map { .integer(Int64($0)) }).text
        }
    }

    /// How large a file gets, about.
    private static let mostBytes = 4 << 20
    /// How many documents are read at once: each may have some hundred KB, and Redis holds what it sends.
    private static let documents = 32

    /// Writes the next file; after the last one the manifest.
    func writeNext(to bucket: String) async throws(TransferFailure) -> TaskAnswer {
        guard var position = writing.position.map(Position.init(_:)) ?? Position() else {
            throw TransferFailure(reason: "The position is none: \(writing.position ?? "")")
        }
        let kind = Kind.allCases[position.kind]
        var file: [UInt8] = []
        var hasResults = false
        while position.execution < writing.count, file.count < Self.mostBytes {
            let indexes = position.execution..<min(writing.count, position.execution + Self.documents)
            for execution in try await executions(indexes) {
                position.execution += 1
                guard Kind(execution.status) == kind else { continue }
                for result in results(of: execution) {
                    if hasResults || !writing.isLines {
                        file.append(UInt8(ascii: writing.isLines ? "\n" : hasResults ? "," : "["))
                    }
                    hasResults = true
                    result.write(to: &file)
                }
                // The file ends behind an execution: the others come into the next one.
                if file.count >= Self.mostBytes { break }
            }
        }
        if hasResults {
            file.append(UInt8(ascii: writing.isLines ? "\n" : "]"))
            try await write(name(kind, position.number), file)
            position.files.append(File(kind: position.kind, number: position.number, bytes: file.count))
            position.number += 1
        }
        if position.execution >= writing.count {
            let isLast = position.kind + 1 == Kind.allCases.count || writing.haveAllSucceeded
            if isLast { return try await finish(position, bucket) }
            (position.kind, position.execution, position.number) = (position.kind + 1, 0, 0)
        }
        return .succeeded(
            .object(["page": .integer(Int64(writing.page)), "position": .string(position.text)])
        )
    }

    private func finish(_ position: Position, _ bucket: String) async throws(TransferFailure) -> TaskAnswer {
        var files = JSONObject()
        for (index, kind) in Kind.allCases.enumerated().sorted(by: { $0.element.rawValue < $1.element.rawValue }) {
            files[kind.rawValue] = .array(
                position.files.filter { $0.kind == index }.map { file in
                    .object(["Key": .string(key(name(kind, file.number))), "Size": .integer(Int64(file.bytes))])
                }
            )
        }
        let manifest: JSONObject = [
            "DestinationBucket": .string(bucket), "MapRunArn": .string(writing.mapRun), "ResultFiles": .object(files),
        ]
        try await write("manifest.json", Array(JSON.object(manifest).text.utf8))
        return .succeeded(
            .object([
                "page": .integer(Int64(writing.page)),
                "details": .object(["Bucket": .string(bucket), "Key": .string(key("manifest.json"))]),
            ])
        )
    }

    private func name(_ kind: Kind, _ number: Int) -> String {
        "\(kind.rawValue)_\(number).\(writing.isLines ? "jsonl" : "json")"
    }

    /// The key of a file: each map run has a folder of its own below the prefix.
    private func key(_ name: String) -> String {
        let prefix = writing.parameters["Prefix"]?.stringValue ?? ""
        let folder = prefix.isEmpty || prefix.hasSuffix("/") ? prefix : prefix + "/"
        return "\(folder)\(DerivedUUID.text(writing.mapRun))/\(name)"
    }

    private func write(_ name: String, _ bytes: [UInt8]) async throws(TransferFailure) {
        let key = key(name)
        do throws(StorageFault) {
            try await storage.patiently { (storage) throws(StorageFault) in try await storage.write(key, bytes) }
        } catch {
            throw TransferFailure(key, error)
        }
    }

    // MARK: Executions

    /// The map run's executions of some numbers, in order.
    private func executions(_ indexes: Range<Int>) async throws(TransferFailure) -> [Execution] {
        let keys = indexes.map { request.execution($0, of: writing) }
        do {
            var found: [ExecutionKey: Execution] = [:]
            let places = Dictionary(grouping: keys) { partitions.partitioning.partition(of: $0.name) }
            for (place, keys) in places {
                let documents = try await documents(keys, in: partitions.stores[place])
                for (key, document) in zip(keys, documents) {
                    found[key] = try document.map { try ExecutionDocument.decode($0, key: key) }
                }
            }
            var executions: [Execution] = []
            for key in keys {
                guard let execution = found[key] else {
                    throw TransferFailure(
                        reason:
                            "The execution '\(key)' has left before its result was written: see WAITABLE_RETENTION_AGE "
                            + "and WAITABLE_RETENTION_COUNT"
                    )
                }
                executions.append(execution)
            }
            return executions
        } catch let failure as TransferFailure {
            throw failure
        } catch {
            throw TransferFailure(reason: "The results cannot be read: \(error)")
        }
    }

    /// Executions' documents. Where Redis does not answer, or refuses for a reason that passes, it is asked again: a failover takes
    /// some seconds.
    private func documents(_ keys: [ExecutionKey], in store: RedisStore) async throws(StoreError) -> [[UInt8]?] {
        for pause in [500, 1_000, 2_000, 4_000, 8_000] {
            do throws(StoreError) {
                return try await store.documents(keys)
            } catch {
                guard error.isPassing || error.isWorthRepeating, !Task.isCancelled else { throw error }
            }
            try? await Task.sleep(for: .milliseconds(pause))
        }
        return try await store.documents(keys)
    }

    /// What is written of an execution.
    private func results(of execution: Execution) -> [JSON] {
        guard execution.status == .succeeded, writing.transformation != .none else {
            return [description(of: execution)]
        }
        let output = execution.output.flatMap { try? JSON(parsing: $0) } ?? .null
        guard writing.transformation == .flatten else { return [output] }
        return output.arrayValue ?? [output]
    }

    private func description(of execution: Execution) -> JSON {
        guard var members = ChildEnd(arn: request.arn).description(of: execution, wantsJSON: false).objectValue else {
            return .null
        }
        members["RedriveCount"] = .integer(Int64(execution.redriveCount))
        members["StartDate"] = .string(execution.startDate.iso8601)
        members["StopDate"] = execution.stopDate.map { .string($0.iso8601) }
        return .object(members)
    }
}
