import CHiredis

/// A blocking connection of hiredis: commands are appended, their replies read in order.
final class HiredisConnection {
    private let context: UnsafeMutablePointer<redisContext>

    init(socket: String) throws {
        guard let context = redisConnectUnix(socket), context.pointee.err == 0 else { throw HiredisError() }
        self.context = context
    }

    deinit { redisFree(context) }

    func append(_ words: [[UInt8]]) {
        let lengths = words.map(\.count)
        // One buffer, so that every word has an address while hiredis copies them.
        let bytes = words.flatMap(\.self)
        bytes.withUnsafeBytes { buffer in
            var offset = 0
            var pointers: [UnsafePointer<CChar>?] = lengths.map { length in
                defer { offset += length }
                return buffer.baseAddress?.advanced(by: offset).assumingMemoryBound(to: CChar.self)
            }
            _ = redisAppendCommandArgv(context, Int32(words.count), &pointers, lengths)
        }
    }

    /// The members of the next reply, where it is an array of texts; none for anything else.
    @discardableResult
    func reply() throws -> [[UInt8]] {
        var reply: UnsafeMutableRawPointer?
        guard redisGetReply(context, &reply) == REDIS_OK, let reply else { throw HiredisError() }
        defer { freeReplyObject(reply) }
        let value = reply.assumingMemoryBound(to: redisReply.self).pointee
        guard value.type != REDIS_REPLY_ERROR else { throw HiredisError() }
        guard value.type == REDIS_REPLY_ARRAY else { return [] }
        return (0..<Int(value.elements)).map { index in
            guard let element = value.element[index]?.pointee, element.type == REDIS_REPLY_STRING else { return [] }
            return Array(UnsafeRawBufferPointer(start: element.str, count: Int(element.len)))
        }
    }
}

struct HiredisError: Error {}
