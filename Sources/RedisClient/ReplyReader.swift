import CHiredis

/// hiredis' reply parser. The one place where its pointers are; only Swift values come out.
///
/// Not thread-safe: it lives on a connection's event loop. Versions 0.14 and 1.x of hiredis are alike in all that is
/// used here.
final class ReplyReader {
    /// The most elements that an array may claim. hiredis makes room for all of them before the first has come.
    static let maximumElements = 1 << 24

    /// Whether it was given nothing yet.
    private(set) var isUntouched = true
    private let reader: UnsafeMutablePointer<redisReader>
    private let functions: UnsafeMutablePointer<redisReplyObjectFunctions>

    init() {
        guard let reader = redisReaderCreate() else { preconditionFailure("out of memory") }
        self.reader = reader
        // hiredis' own functions but for arrays, whose size is looked at first.
        let original: UnsafeMutablePointer<redisReplyObjectFunctions> = reader.pointee.fn
        functions = .allocate(capacity: 1)
        functions.initialize(to: original.pointee)
        functions.pointee.createArray = { task, elements in
            guard elements <= ReplyReader.maximumElements, let task, let original = task.pointee.privdata else {
                return nil
            }
            return original.assumingMemoryBound(to: redisReplyObjectFunctions.self).pointee.createArray(task, elements)
        }
        reader.pointee.fn = functions
        reader.pointee.privdata = UnsafeMutableRawPointer(original)
    }

    deinit {
        redisReaderFree(reader)
        functions.deinitialize(count: 1)
        functions.deallocate()
    }

    /// Gives it bytes off the wire.
    func feed(_ bytes: UnsafeRawBufferPointer) throws(RedisError) {
        guard let base = bytes.baseAddress else { return }
        isUntouched = false
        guard redisReaderFeed(reader, base.assumingMemoryBound(to: CChar.self), bytes.count) == REDIS_OK else {
            throw violation
        }
    }

    /// The next complete reply; `nil` until more bytes have come.
    func next() throws(RedisError) -> RedisValue? {
        var reply: UnsafeMutableRawPointer?
        guard redisReaderGetReply(reader, &reply) == REDIS_OK else { throw violation }
        guard let reply else { return nil }
        defer { freeReplyObject(reply) }
        return Self.value(of: reply.assumingMemoryBound(to: redisReply.self))
    }

    private var violation: RedisError {
        let text = withUnsafeBytes(of: reader.pointee.errstr) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        var error = RedisError(.outcomeUnknown, "the server's answer is not RESP: \(text)")
        error.isForeign = true
        return error
    }

    private static func value(of reply: UnsafeMutablePointer<redisReply>) -> RedisValue {
        switch reply.pointee.type {
        case REDIS_REPLY_INTEGER: .integer(reply.pointee.integer)
        case REDIS_REPLY_STRING: .bulk(Array(bytes(of: reply)))
        case REDIS_REPLY_STATUS: .status(String(decoding: bytes(of: reply), as: UTF8.self))
        case REDIS_REPLY_ERROR: .error(RedisServerError(line: String(decoding: bytes(of: reply), as: UTF8.self)))
        case REDIS_REPLY_ARRAY:
            .array(
                (0..<Int(reply.pointee.elements)).map { index in
                    reply.pointee.element[index].map(value(of:)) ?? .null
                }
            )
        default: .null
        }
    }

    private static func bytes(of reply: UnsafeMutablePointer<redisReply>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: reply.pointee.str, count: Int(reply.pointee.len))
    }
}
