/// What Redis says of itself: the lines of `INFO`.
package struct RedisInfo: Sendable, Equatable {
    private var fields: [Spelling: String] = [:]

    /// Reads the text of an answer; what is no `name:value` is left out.
    package init(_ text: String) {
        for scalars in text.unicodeScalars.split(whereSeparator: { $0 == "\r" || $0 == "\n" })
        where scalars.first != "#" {
            guard let colon = scalars.firstIndex(of: ":") else { continue }
            fields[String(scalars[..<colon])] = String(scalars[colon...].dropFirst())
        }
    }

    /// Whether there is anything in it: a user who may not see it gets nothing.
    package var isEmpty: Bool { fields.isEmpty }

    /// The value of a field; `nil` where this Redis does not have it.
    package subscript(name: String) -> String? { fields[name] }

    /// The value of a field that is a whole number.
    package func integer(_ name: String) -> Int64? { fields[name].flatMap { Int64($0) } }

    /// What eviction goes by: the memory that counts against `maxmemory`, in bytes.
    package var countedMemory: Int64? {
        integer("used_memory").map { $0 - (integer("mem_not_counted_for_evict") ?? 0) }
    }

    /// Used memory as a share of `maxmemory`, in percent; `nil` where there is no limit.
    package var memoryPercent: Double? {
        guard let used = countedMemory, let most = integer("maxmemory"), most > 0 else { return nil }
        return Double(used) * 100 / Double(most)
    }
}
