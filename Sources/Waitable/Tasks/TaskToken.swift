import Foundation
package import StatesLanguage

/// What a task is answered by: who has it can answer, and nothing else.
///
/// It is derived, so that a step that is made again gives the same: from the execution, its start, the task's id, and a key
/// that nobody but the processes of the namespace has. What it is derived from stands in it, so whether it is one shows
/// without the execution; one that was started anew under the same name has another start.
package struct TaskToken: Sendable, Equatable {
    /// The execution.
    package let key: ExecutionKey
    /// When it was started.
    package let startDate: Instant
    /// The task's id in it.
    package let task: Int
    private let proof: [UInt8]

    /// The token of a task of an execution.
    ///
    /// - Parameter secret: The namespace's key.
    package init(task: Int, of execution: Execution, secret: TaskTokenKey) {
        key = execution.key
        startDate = execution.startDate
        self.task = task
        proof = secret.proof(of: Self.message(key, startDate, task))
    }

    /// Reads a token; `nil` where the text is none.
    package init?(_ text: String) {
        guard text.utf8.count <= 2_048, let bytes = Data(base64Encoded: text) else { return nil }
        let parts = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard parts.count == 4, let key = ExecutionKey(member: parts[0]), let start = Int64(parts[1]),
            let task = Int(parts[2]), let proof = Data(base64Encoded: parts[3])
        else { return nil }
        self.key = key
        startDate = Instant(milliseconds: start)
        self.task = task
        self.proof = Array(proof)
    }

    /// The token as it is handed out.
    package var text: String {
        let parts = [key.member, "\(startDate.milliseconds)", "\(task)", Data(proof).base64EncodedString()]
        return Data(parts.joined(separator: "\n").utf8).base64EncodedString()
    }

    /// Whether it was made with this key.
    ///
    /// - Parameter secret: The namespace's key.
    package func isMade(with secret: TaskTokenKey) -> Bool {
        secret.isProof(proof, of: Self.message(key, startDate, task))
    }

    private static func message(_ key: ExecutionKey, _ startDate: Instant, _ task: Int) -> [UInt8] {
        let parts = [key.member, "\(startDate.milliseconds)", "\(task)"]
        var message: [UInt8] = []
        for part in parts { message += Array("\(part.utf8.count):".utf8) + Array(part.utf8) }
        return message
    }
}
