import Hummingbird
import NIOCore

/// One batch from its first line to its last answer: a reader of lines, starters of groups, and a writer of answers,
/// with a ``BatchWindow`` between them.
struct BatchStream {
    let starter: BatchStarter
    let body: RequestBody
    /// What `Content-Length` says, in bytes.
    let length: Int?
    /// The most bytes of answers that wait for the client.
    let answerBytes: Int
    /// Held while the batch is under way.
    let place: BatchPlaces.Place

    /// Groups that are started at once: while Redis is at one, others are prepared and answered.
    private static let groups = 3

    /// Writes the answers.
    ///
    /// - Throws: Where the request ends too early, the client goes away, or the process has no more time to stop. Then
    ///   the response ends without the end that HTTP asks for, so a client cannot take it for complete.
    func run(_ writer: inout any ResponseBodyWriter) async throws {
        let window = BatchWindow(limits: BatchWindow.Limits(answers: answerBytes))
        let starter = starter
        try await withTaskCancellationHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer {
                    window.abandon()
                    group.cancelAll()
                }
                group.addTask {
                    // Whether it went well or not, nobody waits for more lines.
                    defer { window.complete() }
                    try await readLines(into: window)
                }
                for _ in 0..<Self.groups {
                    group.addTask {
                        var starter = starter
                        while let next = await window.group() {
                            window.answer(next, with: await starter.answers(to: next.lines))
                        }
                    }
                }
                while let answers = await window.answers() {
                    try await writer.write(answers)
                    place.moved(answers.readableBytes)
                }
                try await group.waitForAll()
            }
        } onCancel: {
            window.abandon()
        }
        try Task.checkCancellation()
        try await writer.finish(nil)
    }

    private func readLines(into window: BatchWindow) async throws {
        var splitter = LineSplitter(limit: BatchLine.longest)
        var size = 0
        for try await chunk in body {
            size += chunk.readableBytes
            place.moved(chunk.readableBytes)
            guard await window.add(splitter.lines(in: Array(buffer: chunk)).map { BatchLine($0) }) else { return }
        }
        if let length, size < length { throw BatchError.endsEarly }
        if let last = splitter.lastLine() { _ = await window.add([BatchLine(last)]) }
    }
}

/// Why a batch was not read to its end.
enum BatchError: Error {
    /// The client went away before it had sent as much as it said.
    case endsEarly
}
