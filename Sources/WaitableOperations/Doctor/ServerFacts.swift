import Foundation
import RedisClient
package import StatesLanguage
package import WaitableRedis

/// What a Redis says of itself.
package struct ServerFacts: Sendable {
    /// The clock of Redis against this machine's.
    package struct Clock: Sendable, Equatable, CustomStringConvertible {
        /// How far Redis is ahead, in ms; negative where it is behind.
        package var offsetMilliseconds: Double
        /// By how much that may be wrong, in ms: half a round trip.
        package var uncertaintyMilliseconds: Double

        /// `12.3 ms ahead (± 0.2 ms)`
        package var description: String {
            func text(_ number: Double) -> String { String(format: "%.1f", number) }
            return "\(text(abs(offsetMilliseconds))) ms \(offsetMilliseconds < 0 ? "behind" : "ahead")"
                + " (± \(text(uncertaintyMilliseconds)) ms)"
        }
    }

    /// `INFO`; empty where it may not be seen.
    package internal(set) var info = RedisInfo("")
    /// `CONFIG GET`, of `appendfsync` and `save`; empty where it may not be seen.
    package internal(set) var configuration: [Spelling: String] = [:]
    /// The version of the function library that is loaded; `nil` where there is none.
    package internal(set) var functions: Int?
    /// Commands that this user may not call, or that this Redis does not have.
    package internal(set) var notAllowed: [String] = []
    /// The clock; `nil` where it may not be read.
    package internal(set) var clock: Clock?

    mutating func set(configuration reply: RedisValue) {
        for (name, value) in reply.pairs { configuration[name.string ?? ""] = value.string ?? "" }
    }

    /// The same as JSON; what may not be seen is left out.
    package var json: JSON {
        var object: JSONObject = [:]
        object["version"] = info["redis_version"].map(JSON.string)
        object["mode"] = info["redis_mode"].map(JSON.string)
        object["role"] = info["role"].map(JSON.string)
        object["usedMemory"] = info.countedMemory.map(JSON.integer)
        object["maxMemory"] = info.integer("maxmemory").map(JSON.integer)
        object["maxMemoryPolicy"] = info["maxmemory_policy"].map(JSON.string)
        object["appendOnly"] = info["aof_enabled"].map { .bool($0 == "1") }
        object["appendFsync"] = configuration["appendfsync"].map(JSON.string)
        object["lastAppend"] = info["aof_last_write_status"].map(JSON.string)
        object["save"] = configuration["save"].map(JSON.string)
        object["lastSnapshot"] = info["rdb_last_bgsave_status"].map(JSON.string)
        object["replicas"] = info.integer("connected_slaves").map(JSON.integer)
        object["functions"] = functions.map { .integer(Int64($0)) }
        object["functionsOfThisBuild"] = .integer(Int64(FunctionLibrary.version))
        object["notAllowed"] = .array(notAllowed.map(JSON.string))
        object["clockOffsetMilliseconds"] = clock.map { .double($0.offsetMilliseconds) }
        return .object(object)
    }
}
