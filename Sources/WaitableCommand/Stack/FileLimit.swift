import WaitableHTTP
import WaitableWorker

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// How many files and connections this process may have open.
enum FileLimit {
    /// What a process needs besides the connections that it accepts: files, Redis, event loops, the calls of a worker.
    static let others = 96

    /// What a worker needs besides the connections of its calls.
    private static let worker = 40

    /// The most calls that a worker makes at once, within the files that it may have open.
    ///
    /// - Parameter limit: What was asked for; `nil` for the usual number, or fewer.
    static func calls(_ limit: Int?) throws(SettingError) -> Int {
        let files = current
        guard let limit else { return max(1, min(CallConfiguration().limit, (files - worker) / 2)) }
        try check(limit, of: .callLimit, atMost: files - worker)
        return limit
    }

    /// The most connections that a server takes at once, within the files that the process may have open.
    ///
    /// - Parameter limit: What was asked for; `nil` for the usual number, or fewer.
    static func connections(_ limit: Int?) throws(SettingError) -> Int {
        let files = current
        guard let limit else { return max(1, min(ConnectionLimits().connections, files / 2)) }
        try check(limit, of: .connectionLimit, atMost: files - others)
        return limit
    }

    private static func check(_ limit: Int, of setting: Setting, atMost most: Int) throws(SettingError) {
        guard limit > most else { return }
        throw SettingError(
            setting,
            "must be at most \(max(0, most)) where a process may have \(current) files open (ulimit -n)",
            "\(limit)"
        )
    }

    /// Raises the limit to the most that the process may have. The lower one that it is given is for programs that cannot
    /// count beyond 1,024.
    static func raise() {
        var limit = Self.limit
        guard limit.rlim_cur < limit.rlim_max else { return }
        #if canImport(Darwin)
            limit.rlim_cur = min(limit.rlim_max, rlim_t(OPEN_MAX))
        #else
            limit.rlim_cur = limit.rlim_max
        #endif
        _ = setrlimit(resource, &limit)
    }

    /// The limit in force.
    static var current: Int { Int(clamping: limit.rlim_cur) }

    private static var limit: rlimit {
        var limit = rlimit()
        _ = getrlimit(resource, &limit)
        return limit
    }

    #if canImport(Glibc)
        private static var resource: __rlimit_resource_t { __rlimit_resource_t(RLIMIT_NOFILE.rawValue) }
    #else
        private static var resource: Int32 { RLIMIT_NOFILE }
    #endif
}
