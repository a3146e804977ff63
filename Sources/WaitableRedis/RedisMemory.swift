/// Redis's memory, in bytes.
public struct RedisMemory: Sendable, Equatable {
    /// What it uses, as it counts it against its limit.
    public var used: Int
    /// Its `maxmemory`; 0 for none.
    public var limit: Int

    /// Memory from its parts.
    public init(used: Int, limit: Int) {
        self.used = used
        self.limit = limit
    }
}
