/// Redis's memory, in bytes.
package struct RedisMemory: Sendable, Equatable {
    /// What it uses, as it counts it against its limit.
    package var used: Int
    /// Its `maxmemory`; 0 for none.
    package var limit: Int

    /// Memory from its parts.
    package init(used: Int, limit: Int) {
        self.used = used
        self.limit = limit
    }
}
