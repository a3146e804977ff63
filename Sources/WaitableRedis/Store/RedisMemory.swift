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

    /// The used part of the limit; 0 where there is none.
    private var share: Double { limit > 0 ? Double(used) / Double(limit) : 0 }

    /// Whether a server with this memory is nearer to its limit, or uses more where neither has one.
    package func isFuller(than other: Self) -> Bool { (share, used) > (other.share, other.used) }
}
