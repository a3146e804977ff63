import Foundation
import RedisClient
import StatesLanguage
import Waitable
import WaitableRedis

/// Starts the items of a file: one JSON object a line.
///
/// An item without an Id is given one before it is sent, so that what got no answer can be sent again without being
/// started twice.
struct FileStart {
    let endpoint: any Endpoint
    /// The state machine of the lines that name none; `nil` for the default one.
    let machine: String?
    /// Sees each answer, in the order of the lines.
    let onAnswer: @Sendable (JSONObject) -> Void

    /// Items in one request.
    private static let batch = 1_000
    /// How often a request is sent that gets no answer, with a pause of a second between.
    private static let tries = 30

    /// What became of a file.
    struct Result: Sendable {
        var started = 0
        var failed = 0
    }

    /// Starts the items of a file.
    ///
    /// - Throws: `FieldError` for a file that cannot be read or a line that is no JSON object; what came before it is
    ///   started.
    func run(path: String, progress: inout ProgressBar) async throws -> Result {
        var reader = try LineReader(path: path)
        var result = Result()
        var items: [JSONObject] = []
        var numbers: [Int] = []
        var isDone = false
        while !isDone {
            let line = try reader.next()
            isDone = line == nil
            if let line, !line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) {
                items.append(try item(line, number: reader.lines))
                numbers.append(reader.lines)
            }
            guard items.count == Self.batch || isDone, !items.isEmpty else { continue }
            for (number, answer) in zip(numbers, try await start(items)) {
                var answer = answer
                answer["line"] = .integer(Int64(number))
                if answer["code"] == nil { result.started += 1 } else { result.failed += 1 }
                onAnswer(answer)
            }
            items.removeAll(keepingCapacity: true)
            numbers.removeAll(keepingCapacity: true)
            progress.show(done: result.started + result.failed, bytes: reader.bytes)
        }
        progress.end()
        return result
    }

    private func item(_ line: [UInt8], number: Int) throws -> JSONObject {
        guard var item = (try? JSON(parsing: line))?.objectValue else {
            throw FieldError(
                field: "line \(number)",
                rule: "must be a JSON object",
                value: String(decoding: line, as: UTF8.self)
            )
        }
        if item["Id"] == nil { item["Id"] = .string(UUID().uuidString.lowercased()) }
        if item["stateMachine"] == nil, let machine { item["stateMachine"] = .string(machine) }
        return item
    }

    /// Starts a batch; while nobody can tell what became of it, or Redis refuses it for a reason that passes, again.
    private func start(_ items: [JSONObject]) async throws -> [JSONObject] {
        for _ in 1..<Self.tries {
            do {
                return try await endpoint.start(items)
            } catch let error as RemoteError where error.isPassing {
            } catch let error as StoreError where error.isWorthRepeating || error.isPassing {
            }
            try await Task.sleep(for: .seconds(1))
        }
        return try await endpoint.start(items)
    }
}
