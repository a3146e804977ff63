import Configuration

/// One setting: its key, and all that is said about it. The only list of settings there is.
///
/// A setting is read from a flag (`--lease-ms`), else from the environment (`WAITABLE_LEASE_MS`), else from the
/// configuration file (`{"lease": {"ms": …}}`), else it has its default.
struct Setting: Sendable {
    /// The key in a configuration file, below nothing: `lease.ms`.
    let key: String
    /// What it is for, with unit and range.
    let help: String
    /// The value when nothing is said, as text; `nil` for none.
    let `default`: String?
    /// Whether its value may hold a password, and is never shown.
    var isSecret = false
    /// Whether it may be given on the command line.
    var hasFlag = true

    var environment: String { "WAITABLE_" + key.replacing(".", with: "_").uppercased() }
    var flag: String { "--" + key.replacing(".", with: "-") }
    /// What errors call it: `WAITABLE_LEASE_MS (--lease-ms)`.
    var name: String { environment + (hasFlag ? " (\(flag))" : "") }

    /// What errors call it where it comes from a configuration file: `lease.ms in /etc/waitable.json`.
    func name(in file: String?) -> String { file.map { "\(key) in \($0)" } ?? name }

    static let redisURL = Setting(
        key: "redis.url",
        help: "redis://user:password@host:port/db, rediss:// for TLS, unix:///path for a socket,"
            + " redis-sentinel://host:port,host:port/NAME, redis-cluster://host:port,host:port.",
        default: "redis://127.0.0.1:6379",
        isSecret: true
    )
    static let redisCA = Setting(
        key: "redis.ca",
        help: "PEM file of the authorities that the server's certificate is checked against.",
        default: nil
    )
    static let redisCertificate = Setting(
        key: "redis.certificate",
        help: "PEM file of the client's certificate chain.",
        default: nil
    )
    static let redisKey = Setting(key: "redis.key", help: "PEM file of the client's private key.", default: nil)
    static let host = Setting(key: "host", help: "Address that ingest listens on.", default: "127.0.0.1")
    static let port = Setting(
        key: "port",
        help: "Port that ingest listens on, 0 to 65535; 0 takes a free one.",
        default: "8080"
    )
    static let connectionLimit = Setting(
        key: "connection.limit",
        help:
            "The most connections that ingest, or a worker for its metrics, has at once, 1 to 1000000; without it, half of "
            + "the files that it may have open, and at most 4096.",
        default: nil
    )
    static let tokensFile = Setting(
        key: "tokens.file",
        help: "File of the bearer tokens that ingest knows, hashed; \"waitable token create\" makes its lines.",
        default: nil
    )
    static let accessKeysFile = Setting(
        key: "access.keys.file",
        help: "File of the AWS access keys that ingest knows; \"waitable access-key create\" makes its lines.",
        default: nil
    )
    static let insecure = Setting(
        key: "insecure",
        help:
            "\(Listening.words): lets ingest, and the metrics of workers, listen on more than loopback without credentials.",
        default: nil
    )
    static let allowedHosts = Setting(
        key: "allowed.hosts",
        help:
            "Names under which callers without credentials may reach ingest and the metrics of workers, and whose pages may "
            + "call them: name,name. Addresses and localhost need not be named.",
        default: nil
    )
    static let tlsCertificate = Setting(
        key: "tls.certificate",
        help: "PEM file of the certificate chain that ingest shows; with it, ingest speaks HTTPS only.",
        default: nil
    )
    static let tlsKey = Setting(
        key: "tls.key",
        help: "PEM file of the private key to that certificate.",
        default: nil
    )
    static let page = Setting(
        key: "page",
        help: "on or off: whether ingest shows its page to browsers, at / and /ui.",
        default: "on"
    )
    static let namespace = Setting(
        key: "namespace",
        help: "What all keys begin with; 1 to 64 letters, digits, '.', '_' and '-'.",
        default: "waitable"
    )
    static let partitions = Setting(
        key: "partitions",
        help:
            "How many partitions the namespace has, 1 to 1024; it is fixed at the namespace's first use. Without it, what the"
            + " namespace has; a new one 1, on a cluster 64.",
        default: nil
    )
    static let leaseMs = Setting(
        key: "lease.ms",
        help: "How long a claim holds, 100 to 3600000 ms: what a killed worker delays its executions by.",
        default: "30000"
    )
    static let pollMs = Setting(
        key: "poll.ms",
        help: "The longest sleep of an idle worker, 10 to 60000 ms.",
        default: "5000"
    )
    static let batch = Setting(
        key: "batch",
        help: "The most executions in one claim, 1 to 1000; a worker that keeps up asks for fewer.",
        default: "500"
    )
    static let poisonLimit = Setting(
        key: "poison.limit",
        help: "After how many lost leases an execution fails instead of running again, 1 to 1000.",
        default: "5"
    )
    static let batchRequests = Setting(
        key: "batch.requests",
        help: "The most batch starts (POST /items) that ingest takes at once, 1 to 1000.",
        default: "32"
    )
    static let batchAnswersKB = Setting(
        key: "batch.answers.kb",
        help: "KiB of a batch start's answers that wait for a client to read them, 64 to 1048576.",
        default: "16384"
    )
    static let durability = Setting(
        key: "durability",
        help:
            "How safe a start has to be before it is answered: fsync (on Redis's disk), replicas=N (on so many replicas), "
            + "both with a comma between them, or none. A request can ask for another by the header Waitable-Durability.",
        default: "none"
    )
    static let tables = Setting(
        key: "tables",
        help:
            "Tables with keys of their own, which ingest declares: name=partitionKey:S;name=partitionKey:S,sortKey:N. Types are "
            + "S, N and B. It deletes none.",
        default: nil
    )
    static let functions = Setting(
        key: "functions",
        help:
            "URLs of the functions that tasks invoke: name=url,name=url; the name * stands for all others, {name} in its URL "
            + "for the name.",
        default: nil
    )
    static let httpHosts = Setting(
        key: "http.hosts",
        help: "Hosts that http:invoke may call: api.example.com,*.example.com,host:port; without it, none.",
        default: nil
    )
    static let integrations = Setting(
        key: "integrations",
        help:
            "Adapters for services that are not run here, by what the tasks' resources begin with: prefix=url,prefix=url, such as "
            + "arn:aws:states:::aws-sdk:=http://adapter:9000/; the longest prefix counts.",
        default: nil
    )
    static let webhookURL = Setting(
        key: "webhook.url",
        help: "Where workers send what the change feed tells; its host must be one of WAITABLE_HTTP_HOSTS.",
        default: nil
    )
    static let webhookSecret = Setting(
        key: "webhook.secret",
        help: "What signs these calls, at least 16 bytes. It has no flag: the process list would show it.",
        default: nil,
        isSecret: true,
        hasFlag: false
    )
    static let webhookTries = Setting(
        key: "webhook.tries",
        help: "After how many calls in vain an event becomes a dead letter, 1 to 1000.",
        default: "20"
    )
    static let buckets = Setting(
        key: "buckets",
        help:
            "Where the buckets are that distributed Map states read items from and write results to: name=place,name=place; the "
            + "name * stands for all others. A place is file:/folder, an http or https URL, or s3+https://endpoint, signed "
            + "with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
        default: nil
    )
    static let callLimit = Setting(
        key: "call.limit",
        help:
            "The most functions and hosts that a worker calls at once, 1 to 10000; without it 256, or fewer where the worker may "
            + "open few files.",
        default: nil
    )
    static let workerName = Setting(
        key: "worker.name",
        help: "The worker's name in logs.",
        default: nil
    )
    static let metricsHost = Setting(
        key: "metrics.host",
        help: "Address that a worker listens on for /metrics, /healthz and /readyz.",
        default: "127.0.0.1"
    )
    static let metricsPort = Setting(
        key: "metrics.port",
        help: "Port for that, 0 to 65535; 0 takes a free one, and without it a worker does not listen.",
        default: nil
    )
    static let stateMachines = Setting(
        key: "statemachines",
        help:
            "Folder of NAME.asl.json files that ingest deploys when they have changed; without one, the sample's machine.",
        default: "statemachine"
    )
    static let defaultMachine = Setting(
        key: "default.machine",
        help: "The state machine of a start that names none.",
        default: "waitable-stepfunction"
    )
    static let substitutions = Setting(
        key: "substitutions",
        help: "Values for ${Name} in definitions: Name=value,Name=value.",
        default: "DDBTable=items"
    )
    static let itemTable = Setting(
        key: "item.table",
        help: "The table whose items /status shows.",
        default: "items"
    )
    static let region = Setting(
        key: "region",
        help: "The region in ARNs; a namespace keeps that of its first use.",
        default: "us-east-1"
    )
    static let account = Setting(
        key: "account",
        help: "The account in ARNs, 12 digits; a namespace keeps that of its first use.",
        default: "000000000000"
    )
    static let allowEviction = Setting(
        key: "allow.eviction",
        help: "true takes starts even where Redis may evict keys, and so lose items; false does not.",
        default: "false"
    )
    static let memoryHighWater = Setting(
        key: "memory.high.water",
        help: "The share of maxmemory from which nothing new is started or made, 1 to 100 percent.",
        default: "90"
    )
    static let retentionAge = Setting(
        key: "retention.age",
        help: "How long a closed execution stays: a number with s, m, h or d, such as 90d, or off for ever.",
        default: "90d"
    )
    static let retentionCount = Setting(
        key: "retention.count",
        help: "The most closed executions that stay, 0 to 1000000000; without it, any number.",
        default: nil
    )
    static let retentionItems = Setting(
        key: "retention.items",
        help: "true removes the item as its execution left it, together with it; false leaves it.",
        default: "false"
    )
    static let retentionIntervalMs = Setting(
        key: "retention.interval.ms",
        help: "How often a worker looks for what has to leave, 100 to 3600000 ms.",
        default: "30000"
    )
    static let url = Setting(
        key: "url",
        help:
            "An ingest for the commands that start, show and manage items, http://host:port; without it, Redis directly.",
        default: nil
    )
    static let urlCA = Setting(
        key: "url.ca",
        help: "PEM file of the authorities that this ingest's certificate is checked against.",
        default: nil
    )
    static let token = Setting(
        key: "token",
        help: "The bearer token for that ingest. It has no flag: the process list would show it.",
        default: nil,
        isSecret: true,
        hasFlag: false
    )
    static let logLevel = Setting(
        key: "log.level",
        help: "trace, debug, info, notice, warning, error or critical.",
        default: "info"
    )
    static let logFormat = Setting(
        key: "log.format",
        help: "text, or json: one object a line.",
        default: "text"
    )

    static let all: [Setting] = [
        redisURL, redisCA, redisCertificate, redisKey, host, port, connectionLimit, tokensFile, accessKeysFile,
        insecure, allowedHosts, tlsCertificate,
        tlsKey, namespace, partitions, leaseMs, pollMs, batch, poisonLimit, functions, httpHosts, integrations,
        buckets, callLimit, webhookURL, webhookSecret, webhookTries,
        batchRequests, batchAnswersKB, page, durability, workerName, metricsHost,
        metricsPort, stateMachines, defaultMachine, substitutions, itemTable, tables, region, account, allowEviction,
        memoryHighWater, retentionAge, retentionCount, retentionItems, retentionIntervalMs, url, urlCA, token, logLevel,
        logFormat,
    ]

    /// The list for `waitable help settings`.
    static let help: String = {
        let lines = all.map { setting in
            let value = setting.default.map { " (default \($0))" } ?? ""
            let help = (setting.help + value).wrapped(to: 79, indent: 6)
            return "  \(setting.environment)\n      \(help)"
        }
        return """
            Settings, by environment; each is also a flag (WAITABLE_LEASE_MS is
            --lease-ms) and a key of the JSON file that WAITABLE_CONFIG or --config names
            ({"lease": {"ms": 5000}}). A flag wins over the environment, and that over
            the file.

            \(lines.joined(separator: "\n"))
            """
    }()
}
