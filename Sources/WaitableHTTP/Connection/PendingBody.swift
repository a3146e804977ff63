import Hummingbird
import NIOCore
import NIOHTTP1

/// The body of a request, which is read when it is first asked for, and has its share of the room as long as this is there.
struct PendingBody {
    private let request: Request
    private let context: ConnectionContext
    private let limit: Int
    private let share: BodyRoom.Share?
    private var content: ByteBuffer?

    /// A body that nobody has asked for yet.
    ///
    /// - Parameters:
    ///   - limit: The most bytes.
    ///   - room: The room that large bodies share.
    init(of request: Request, _ context: ConnectionContext, limit: Int, room: BodyRoom) {
        self.request = request
        self.context = context
        self.limit = limit
        share = limit > BodyRoom.free ? room.share() : nil
    }

    /// The body's bytes.
    mutating func bytes() async throws(BodyError) -> [UInt8] {
        if let content { return Array(buffer: content) }
        let length = request.headers[.contentLength].flatMap { Int($0) }
        if let length, length > limit { throw .tooLarge(limit: limit) }
        if request.headers[.expect] != nil { context.tell(.bodyWanted) }
        var content = ByteBuffer()
        do {
            for try await chunk in request.body {
                if content.readableBytes == 0 { content = chunk } else { content.writeImmutableBuffer(chunk) }
                guard content.readableBytes <= limit else { throw BodyError.tooLarge(limit: limit) }
                guard share?.grow(to: content.readableBytes) ?? true else { throw BodyError.noRoom }
            }
        } catch let error as BodyError {
            throw error
        } catch let error as HTTPParserError {
            throw .broken(error)
        } catch {
            throw .cutOff
        }
        // A connection that is cut off ends the body, too.
        if let length, content.readableBytes < length { throw .cutOff }
        self.content = content
        return Array(buffer: content)
    }
}
