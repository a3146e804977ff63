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
