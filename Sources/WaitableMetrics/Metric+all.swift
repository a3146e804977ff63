import PrometheusMetrics

/// Every metric of Waitable. docs/metrics.md says of each what to do about it.
extension Metric {
    // MARK: Ingest

    /// `result`: `new`, `existing`, `conflict`, `refused`.
    package static let starts = Metric(
        "waitable_starts_total",
        .counter,
        labels: ["result"],
        "Starts over HTTP: new ones, repeated ones, ones with an Id that is taken, and ones that could not be made."
    )
    package static let startSeconds = Metric(
        "waitable_start_seconds",
        .histogram,
        "How long Redis took to keep a start, the wait for a place in a batch included."
    )
    /// `route` is the route's pattern, `none` where there is none; `method` is `OTHER` for unusual ones.
    package static let httpRequests = Metric(
        "waitable_http_requests_total",
        .counter,
        labels: ["method", "route", "status"],
        labelSetLimit: 500,
        "HTTP requests that were answered."
    )
    package static let httpRequestSeconds = Metric(
        "waitable_http_request_seconds",
        .histogram,
        labels: ["route"],
        "How long it took until the answer to an HTTP request began."
    )

    // MARK: Workers

    package static let claims = Metric("waitable_claims_total", .counter, "Claims that Redis answered, empty ones too.")
    package static let emptyClaims = Metric(
        "waitable_empty_claims_total",
        .counter,
        "Claims that found nothing due."
    )
    package static let claimedExecutions = Metric(
        "waitable_claimed_executions_total",
        .counter,
        "Executions that claims handed out."
    )
    package static let claimSeconds = Metric("waitable_claim_seconds", .histogram, "How long a claim took.")
    package static let lastClaim = Metric(
        "waitable_last_claim_timestamp_seconds",
        .gauge,
        "When Redis last answered a claim of this worker, in seconds since the Unix epoch."
    )
    /// `result`: `applied`, `settled`, `refused`, `failed`.
    package static let commits = Metric(
        "waitable_commits_total",
        .counter,
        labels: ["result"],
        """
        Transitions that were sent to be committed: applied, found applied by an earlier try, refused because the lease \
        was lost, or failed because Redis refused an item's write.
        """
    )
    package static let commitSeconds = Metric("waitable_commit_seconds", .histogram, "How long a batch's commit took.")
    package static let refusals = Metric(
        "waitable_refusals_total",
        .counter,
        "Transitions that Redis refused because their lease was lost: another worker has the execution."
    )
    package static let redeliveries = Metric(
        "waitable_redeliveries_total",
        .counter,
        "Executions claimed again because a lease on them ran out: a worker died, hung, or was too slow."
    )
    /// `reason`: `age`, `count`.
    package static let removed = Metric(
        "waitable_removed_total",
        .counter,
        labels: ["reason"],
        "Closed executions whose retention was over."
    )
    package static let poison = Metric(
        "waitable_poison_total",
        .counter,
        "Executions failed because leases on them ran out too often."
    )
    package static let lateness = Metric(
        "waitable_lateness_seconds",
        .histogram,
        "From an execution's due instant to the commit of its step, by the Redis clock."
    )
    /// `call`: `start`, `claim`, `commit`, `renew`, `release`.
    package static let callFailures = Metric(
        "waitable_call_failures_total",
        .counter,
        labels: ["call"],
        "Calls to Redis that failed or were not answered in time."
    )

    // MARK: Executions, wherever they are run

    /// `status`: `SUCCEEDED`, `FAILED`, `TIMED_OUT`.
    package static let closed = Metric(
        "waitable_closed_total",
        .counter,
        labels: ["status"],
        "Executions that ended by running, by how. Those that were stopped from outside are not among them."
    )
    /// `error`: the error's name; `other` for names past the fortieth, and for such that are no names; `none`.
    package static let failures = Metric(
        "waitable_failures_total",
        .counter,
        labels: ["error"],
        labelSetLimit: 40,
        "Executions that failed or timed out, by the name of the error."
    )
    package static let retries = Metric(
        "waitable_retries_total",
        .counter,
        "Retries of states, by their Retry fields."
    )

    // MARK: Redis and what waits in it: every process shows the same, so take the maximum, not the sum

    package static let waiting = Metric("waitable_waiting", .gauge, "Executions whose moment lies ahead.")
    package static let overdue = Metric(
        "waitable_overdue",
        .gauge,
        "Executions whose moment has come, and that no worker holds."
    )
    package static let running = Metric("waitable_running", .gauge, "Executions that workers hold, as they report.")
    package static let parked = Metric("waitable_parked", .gauge, "Due executions of paused state machines.")
    package static let oldestOverdueSeconds = Metric(
        "waitable_oldest_overdue_seconds",
        .gauge,
        "How long the execution that is due longest has been waiting for a worker."
    )
    package static let workers = Metric("waitable_workers", .gauge, "Workers that have reported themselves lately.")
    package static let partitions = Metric("waitable_partitions", .gauge, "Partitions of the namespace.")
    package static let redisConnected = Metric(
        "waitable_redis_connected",
        .gauge,
        "1 while this process has a connection to each Redis server that has partitions, else 0."
    )
    package static let redisClockOffset = Metric(
        "waitable_redis_clock_offset_seconds",
        .gauge,
        "The Redis clock minus this machine's; nothing depends on it but readers of logs."
    )
    package static let redisMemoryUsed = Metric(
        "waitable_redis_memory_used_bytes",
        .gauge,
        "Memory that Redis uses, as it counts it against its limit; of several servers, the fullest."
    )
    package static let redisMemoryLimit = Metric(
        "waitable_redis_memory_limit_bytes",
        .gauge,
        "Redis's maxmemory; 0 for none; of several servers, the fullest one's."
    )
    package static let redisCommands = Metric(
        "waitable_redis_commands_total",
        .counter,
        "Commands that this process has sent to Redis."
    )
    package static let redisPendingCommands = Metric(
        "waitable_redis_pending_commands",
        .gauge,
        "Commands of this process without a reply."
    )
    package static let redisReconnects = Metric(
        "waitable_redis_reconnects_total",
        .counter,
        "Connections to Redis that were lost and made again."
    )
    package static let redisFailedConnects = Metric(
        "waitable_redis_failed_connects_total",
        .counter,
        "Tries to connect to Redis that failed."
    )

    // MARK: The process

    /// `version`: of this build.
    package static let buildInfo = Metric(
        "waitable_build_info",
        .gauge,
        labels: ["version"],
        "1, with the build's version."
    )
    package static let cpuSeconds = Metric("process_cpu_seconds_total", .counter, "CPU time used, in seconds.")
    package static let residentMemory = Metric("process_resident_memory_bytes", .gauge, "Resident memory.")
    package static let virtualMemory = Metric("process_virtual_memory_bytes", .gauge, "Virtual memory.")
    package static let openFiles = Metric("process_open_fds", .gauge, "Open file descriptors.")
    package static let mostFiles = Metric("process_max_fds", .gauge, "The most file descriptors that may be open.")
    package static let startTime = Metric(
        "process_start_time_seconds",
        .gauge,
        "When the process started, in seconds since the Unix epoch."
    )

    /// All of them.
    package static let all: [Metric] = [
        starts, startSeconds, httpRequests, httpRequestSeconds, claims, emptyClaims, claimedExecutions, claimSeconds,
        lastClaim,
        commits, commitSeconds, refusals, redeliveries, poison, removed, lateness, callFailures, closed, failures,
        retries,
        waiting, overdue, running, parked, oldestOverdueSeconds, workers, partitions, redisConnected,
        redisClockOffset,
        redisMemoryUsed, redisMemoryLimit, redisCommands, redisPendingCommands, redisReconnects, redisFailedConnects,
        buildInfo, cpuSeconds, residentMemory, virtualMemory, openFiles, mostFiles, startTime,
    ]
}
