import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// The memory that large answers share which their clients have not read yet. Small ones, and those of requests that changed
/// something, are not counted.
package final class AnswerRoom: Sendable {
    private let most: Int
    private let taken = Mutex(0)

    /// Bytes of an answer that are not counted. A client that does not read gets no more at once.
    private static let portion = 65_536

    /// Room for so many bytes.
    package init(bytes: Int = 134_217_728) { most = bytes }

    /// The same answer, which has its room until it has been read.
    ///
    /// - Throws: ``ItemError/tooManyAnswers`` where there is no room for it.
    func hold(_ response: Response) throws(ItemError) -> Response {
        guard let size = response.body.contentLength, size > Self.portion else { return response }
        guard let share = Share(of: self, size) else { throw .tooManyAnswers }
        var response = response
        let body = response.body
        response.body = ResponseBody(contentLength: size) { writer in
            try await body.write(PortionWriter(writer: writer, portion: Self.portion))
            withExtendedLifetime(share) {}
        }
        return response
    }

    /// What one answer takes.
    private final class Share: Sendable {
        private let room: AnswerRoom
        private let size: Int

        init?(of room: AnswerRoom, _ size: Int) {
            let hasRoom = room.taken.withLock { taken in
                guard taken + size <= room.most else { return false }
                taken += size
                return true
            }
            guard hasRoom else { return nil }
            self.room = room
            self.size = size
        }

        deinit { room.taken.withLock { $0 -= size } }
    }
}

/// Writes a portion when the one before it has been taken, each in memory of its own.
private struct PortionWriter: ResponseBodyWriter {
    var writer: any ResponseBodyWriter
    let portion: Int

    mutating func write(_ buffer: ByteBuffer) async throws {
        var rest = buffer
        while let part = rest.readSlice(length: min(portion, rest.readableBytes)), part.readableBytes > 0 {
            try await writer.write(ByteBuffer(bytes: part.readableBytesView))
        }
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws { try await writer.finish(trailingHeaders) }
}
