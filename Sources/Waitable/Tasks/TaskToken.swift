import Foundation
import StatesLanguage

/// What a task is answered by: who has it can answer, and nothing else.
///
/// It is derived, so that a step that is made again gives the same: from the execution, the task's id, and a key that
/// nobody but the processes of the namespace has.
public struct TaskToken: Sendable, Equatable {
    /// The execution.
    public let key: ExecutionKey
    /// The task's id in it.
    public let task: Int
    private let proof: [UInt8]

    /// The token of a task of an execution.
    ///
    /// - Parameter secret: The namespace's key.
    public init(task: Int, of execution: Execution, secret: TaskTokenKey) {
        key = execution.key
        self.task = task
        proof = secret.proof(of: Self.message(task, execution))
    }

    /// Reads a token; `nil` where the text is none.
    public init?(_ text: String) {
        guard text.utf8.count <= 2_048, let bytes = Data(base64Encoded: text) else { return nil }
        let parts = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard parts.count == 3, let key = ExecutionKey(member: parts[0]), let task = Int(parts[1]),
            let proof = Data(base64Encoded: parts[2])
        else { return nil }
        self.key = key
        self.task = task
        self.proof = Array(proof)
    }

    /// The token as it is handed out.
    public var text: String {
        Data("\(key.member)\n\(task)\n\(Data(proof).base64EncodedString())".utf8).base64EncodedString()
    }

    /// Whether it is the token of a task of this execution.
    ///
    /// - Parameter secret: The namespace's key.
    public func isOf(_ execution: Execution, secret: TaskTokenKey) -> Bool {
        secret.isProof(proof, of: Self.message(task, execution))
    }

    /// What is proved: an execution started anew under the same name has other tokens.
    private static func message(_ task: Int, _ execution: Execution) -> [UInt8] {
        let parts = [
            execution.key.member, "\(task)", "\(execution.startDate.milliseconds)", execution.revision, execution.input,
        ]
        var message: [UInt8] = []
        for part in parts { message += Array("\(part.utf8.count):".utf8) + Array(part.utf8) }
        return message
    }
}
