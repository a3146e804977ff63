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
    /// The durability of the lines that name none; `nil` for the standard one.
    let durability: String?
    /// Sees each answer, in the order of the lines.
    let onAnswer: @Sendable (JSONObject) -> Void

    /// The code of a start that can never be taken as it is.
    private static let badInput = "InvalidField"
    /// Items in one request.
    private static let batch = 1_000
    /// How often a request is sent that gets no answer, with a pause of a second between.
    private static let tries = 30

    /// What became of a file.
    struct Result: Sendable {
        var started = 0
        var failed = 0
        /// Whether a line was no item that can be started.
        var hasBadLines = false
        /// What ended it before the end of the file; no line from there on has an answer.
        var interruption: (line: Int, error: any Error)?
    }

    /// A line of the file that is not answered yet.
    private enum Line {
        case item(JSONObject, number: Int)
        case bad(FieldError, number: Int)

        var number: Int {
            switch self {
            case .item(_, let number), .bad(_, let number): number
            }
        }
    }

    /// Starts the items of a file. What is wrong with one line is that line's answer.
    ///
    /// - Throws: `FieldError` for a file that cannot be opened.
    func run(path: String, progress: inout ProgressBar) async throws -> Result {
        var reader = try LineReader(path: path)
        var result = Result()
        var lines: [Line] = []
        do {
            var isDone = false
            while !isDone {
                let line = try reader.next()
                isDone = line == nil
                if let line, let read = read(line, number: reader.lines) { lines.append(read) }
                guard lines.count == Self.batch || isDone, !lines.isEmpty else { continue }
                try await answer(lines, &result)
                lines.removeAll(keepingCapacity: true)
                progress.show(done: result.started + result.failed, bytes: reader.bytes)
            }
        } catch {
            result.interruption = (lines.first?.number ?? reader.lines + 1, error)
        }
        progress.end()
        return result
    }

    private func answer(_ lines: [Line], _ result: inout Result) async throws {
        let items = lines.compactMap { line in if case .item(let item, _) = line { item } else { nil } }
        var answers = try await start(items)[...]
        for line in lines {
            var answer: JSONObject = ["line": .integer(Int64(line.number))]
            switch line {
            case .item:
                guard let next = answers.popFirst() else { return }
                // The ingest's number is that in its request.
                for (name, value) in next where name != "line" { answer[name] = value }
            case .bad(let error, _):
                for (name, value) in StartAnswer.refusal(error) { answer[name] = value }
            }
            if answer["code"] == nil { result.started += 1 } else { result.failed += 1 }
            if answer["code"] == .string(Self.badInput) { result.hasBadLines = true }
            onAnswer(answer)
        }
    }

    /// A line as an item, or what is wrong with it; `nil` for an empty one.
    private func read(_ line: LineReader.Line, number: Int) -> Line? {
        guard case .text(let text) = line else {
            let rule = "must have at most \(LineReader.longestLine) bytes"
            return .bad(FieldError(field: "line \(number)", rule: rule, value: nil), number: number)
        }
        if text.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) { return nil }
        func bad(_ rule: String) -> Line {
            let value = String(decoding: text, as: UTF8.self)
            return .bad(FieldError(field: "line \(number)", rule: rule, value: value), number: number)
        }
        let json: JSON
        do { json = try JSON(parsing: text) } catch { return bad("must be JSON (\(error))") }
        guard var item = json.objectValue else { return bad("must be a JSON object") }
        if item["Id"] == nil { item["Id"] = .string(UUID().uuidString.lowercased()) }
        if item["stateMachine"] == nil, let machine { item["stateMachine"] = .string(machine) }
        if item["durability"] == nil, let durability { item["durability"] = .string(durability) }
        return .item(item, number: number)
    }

    /// Starts a batch; while nobody can tell what became of it, or Redis refuses it for a reason that passes, again.
    private func start(_ items: [JSONObject]) async throws -> [JSONObject] {
        guard !items.isEmpty else { return [] }
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
