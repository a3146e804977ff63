import Testing

/// A call of a Redis function, as `redis-cli FCALL` makes it, that has to be refused.
struct BadCall: Sendable, CustomTestStringConvertible {
    var function: String
    var keys = ["waitable:{0}"]
    var arguments: [String]
    /// Redis's error.
    var error: String

    var testDescription: String { "FCALL \(function) \(keys.count) \(arguments.joined(separator: " "))" }

    init(_ function: String, keys: [String] = ["waitable:{0}"], _ arguments: String..., error: String) {
        self.function = function
        self.keys = keys
        self.arguments = arguments
        self.error = error
    }

    private static let order = "waitable-stepfunction:order-42"
    private static let nothing = "waitable-stepfunction:nothing"

    static let all: [BadCall] = [
        BadCall("waitable_start", keys: [], error: "VALIDATION KEYS: must be the one prefix of the partition"),
        BadCall("waitable_start", error: "VALIDATION body: must be a JSON object: ''"),
        BadCall("waitable_start", "{", error: "VALIDATION body: must be a JSON object: '{'"),
        BadCall("waitable_start", "{}", error: "VALIDATION StartTimestamp: must be given"),
        BadCall(
            "waitable_start",
            #"{"StartTimestamp":"tomorrow"}"#,
            error: "VALIDATION StartTimestamp: \(Rule.instant): 'tomorrow'"
        ),
        BadCall(
            "waitable_start",
            #"{"Id":"a b","StartTimestamp":"2036-12-24T18:00:00Z"}"#,
            error: "VALIDATION Id: must not contain the character U+0020: 'a b'"
        ),
        BadCall(
            "waitable_start",
            #"{"Id":"order-42","StartTimestamp":"2037-12-24T18:00:00Z"}"#,
            error: "CONFLICT Id: must be new, or come with the input it was started with: 'order-42'"
        ),
        BadCall(
            "waitable_start",
            #"{"Id":"x","StartTimestamp":"2036-12-24T18:00:00Z","Priority":1}"#,
            error: "VALIDATION Priority: must not be there: only StartTimestamp and Id are: '1'"
        ),
        BadCall("waitable_claim", error: "VALIDATION limit: must be an integer from 1 to 1000: ''"),
        BadCall("waitable_claim", "many", "2000", error: "VALIDATION limit: must be an integer from 1 to 1000: 'many'"),
        BadCall("waitable_claim", "0", "2000", error: "VALIDATION limit: must be an integer from 1 to 1000: '0'"),
        BadCall("waitable_claim", "10", "-5", error: "VALIDATION lease: must be an integer from 1 to 86400000: '-5'"),
        BadCall(
            "waitable_claim",
            keys: ["waitable:{0}", "waitable:{0}"],
            "10",
            "2000",
            error: "VALIDATION KEYS: must be the one prefix of the partition"
        ),
        BadCall("waitable_commit", error: "VALIDATION token: must be a lease token: ''"),
        BadCall("waitable_commit", "x", "y", "z", error: "VALIDATION token: must be a lease token: 'x'"),
        BadCall("waitable_commit_growing", "101", error: "VALIDATION mark: must be an integer from 1 to 100: '101'"),
        BadCall("waitable_items", error: "VALIDATION bytes: must be an integer from 1 to 4194304: ''"),
        BadCall("waitable_items", "1", error: "VALIDATION items: must be 1 to 1000: '0'"),
        BadCall("waitable_renew", "x", error: "VALIDATION token: must be a lease token: 'x'"),
        BadCall("waitable_stop", error: "VALIDATION execution: must have 1 to 1024 bytes: ''"),
        BadCall("waitable_stop", nothing, "", error: "NOTFOUND execution: must exist: '\(nothing)'"),
        BadCall("waitable_stop", order, "[]", error: "VALIDATION failure: must be a JSON object: '[]'"),
        BadCall(
            "waitable_stop",
            order,
            #"{"reason":"late"}"#,
            error: "VALIDATION reason: must not be there: only error and cause are: 'late'"
        ),
        BadCall(
            "waitable_stop",
            order,
            #"{"error":"\#(long(257))"}"#,
            error: "VALIDATION error: must be a string of at most 256 characters: '\(long(128))…'"
        ),
        BadCall("waitable_reschedule", order, "soon", error: "VALIDATION instant: \(Rule.instant): 'soon'"),
        BadCall("waitable_reschedule", nothing, "2108000000000", error: "NOTFOUND execution: must exist: '\(nothing)'"),
        BadCall(
            "waitable_redrive",
            order,
            error: "OPEN execution: must be FAILED, TIMED_OUT or ABORTED, is RUNNING: '\(order)'"
        ),
        BadCall("waitable_pause", "nowhere", error: "NOTFOUND machine: must be deployed: 'nowhere'"),
        BadCall("waitable_pause", error: "VALIDATION machine: must have 1 to 1024 bytes: ''"),
        BadCall("waitable_list", "due", error: "VALIDATION order: must be up or down: ''"),
    ]
}
