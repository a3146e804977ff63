import Crypto
import Foundation
import StatesLanguage

/// What a task is answered by: who has it can answer, and nothing else.
///
/// It is derived, so that a step that is made again gives the same: from the execution and the task's id, and from what
/// only the execution's document tells.
public struct TaskToken: Sendable, Equatable {
    /// The execution.
    public let key: ExecutionKey
    /// The task's id in it.
    public let task: Int
    private let proof: String

    /// The token of a task of an execution.
    public init(task: Int, of execution: Execution) {
        key = execution.key
        self.task = task
        proof = Self.proof(task, execution)
    }

    /// Reads a token; `nil` where the text is none.
    public init?(_ text: String) {
        guard text.utf8.count <= 2_048, let bytes = Data(base64Encoded: text) else { return nil }
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard parts.count == 3, let key = ExecutionKey(member: String(parts[0])), let task = Int(parts[1]) else {
            return nil
        }
        self.key = key
        self.task = task
        proof = String(parts[2])
    }

    /// The token as it is handed out.
    public var text: String { Data("\(key.member)\n\(task)\n\(proof)".utf8).base64EncodedString() }

    /// Whether it is the token of a task of this execution.
    public func isOf(_ execution: Execution) -> Bool { self == TaskToken(task: task, of: execution) }

    private static func proof(_ task: Int, _ execution: Execution) -> String {
        var hash = SHA256()
        let parts = [
            execution.key.member, "\(task)", "\(execution.startDate.milliseconds)", execution.revision, execution.input,
        ]
        for part in parts { hash.update(data: Data("\(part.utf8.count):\(part)".utf8)) }
        return Data(hash.finalize().prefix(18)).base64EncodedString()
    }
}
