/// A reply of Redis, in RESP2's types.
public enum RedisValue: Sendable, Equatable {
    /// A null bulk string or null array.
    case null
    case integer(Int64)
    /// A simple string, such as `OK`.
    case status(String)
    /// A bulk string: any bytes.
    case bulk([UInt8])
    case array([RedisValue])
    /// An error inside an array or a pipeline.
    case error(RedisServerError)

    /// The bytes of a bulk string or a status; `nil` for every other reply.
    public var bytes: [UInt8]? {
        switch self {
        case .bulk(let bytes): bytes
        case .status(let text): Array(text.utf8)
        default: nil
        }
    }

    /// The text of a bulk string (invalid UTF-8 repaired) or a status; `nil` for every other reply.
    public var string: String? {
        switch self {
        case .bulk(let bytes): String(decoding: bytes, as: UTF8.self)
        case .status(let text): text
        default: nil
        }
    }

    /// An integer, also one written as text; `nil` for every other reply.
    public var integer: Int64? {
        switch self {
        case .integer(let value): value
        case .bulk, .status: string.flatMap { Int64($0) }
        default: nil
        }
    }

    /// The elements of an array; `nil` for every other reply.
    public var array: [RedisValue]? { if case .array(let values) = self { values } else { nil } }

    /// The elements of an array two by two: the names and values of `HGETALL`, `CONFIG GET` and the like. None for every
    /// other reply.
    @inlinable
    public var pairs: some Sequence<(RedisValue, RedisValue)> { (array ?? [])[...].pairs }
}

extension ArraySlice<RedisValue> {
    /// The elements two by two; a last one by itself is left out.
    @inlinable
    public var pairs: some Sequence<(RedisValue, RedisValue)> {
        stride(from: startIndex, to: endIndex - 1, by: 2).lazy.map { (self[$0], self[$0 + 1]) }
    }
}
