extension BadRequest {
    private static let settable = "must be from 0001-01-01T00:00:00.000Z to 2109-05-15T07:35:11.103Z"

    /// What an operator does, batches as a whole, and methods.
    static let management: [BadRequest] = [
        BadRequest(
            "a cancel with a number for an error",
            path: "/items/order-42/cancel",
            body: #"{"error":5}"#,
            expected: .field("error", "must be a string", "5")
        ),
        BadRequest(
            "an error of 257 characters",
            path: "/items/order-42/cancel",
            body: #"{"error":"\#(long(257))"}"#,
            expected: .field("error", "must have at most 256 characters, has 257", "\(long(128))…")
        ),
        BadRequest(
            "a cause of 32769 characters",
            path: "/items/order-42/cancel",
            body: #"{"cause":"\#(long(32769))"}"#,
            expected: .field("cause", "must have at most 32768 characters, has 32769", "\(long(128))…")
        ),
        BadRequest(
            "a cancel with an unknown member",
            path: "/items/order-42/cancel",
            body: #"{"reason":"no"}"#,
            expected: .field("reason", "must not be there: only error, cause may", #""no""#)
        ),
        BadRequest(
            "a cancel with a list",
            path: "/items/order-42/cancel",
            body: "[]",
            expected: .field("body", "must be a JSON object", "[]")
        ),
        BadRequest(
            "a cancel of nothing",
            path: "/items/nothing/cancel",
            expected: .error(
                404,
                "ItemNotFound",
                "There is no item 'nothing' of the state machine 'waitable-stepfunction'.",
                field: "Id",
                value: "nothing"
            )
        ),
        BadRequest(
            "a reschedule without an instant",
            path: "/items/order-42/reschedule",
            body: "{}",
            expected: .field("StartTimestamp", "must be given")
        ),
        BadRequest(
            "a reschedule without a body",
            path: "/items/order-42/reschedule",
            expected: .field("StartTimestamp", "must be given")
        ),
        BadRequest(
            "a reschedule to no instant",
            path: "/items/order-42/reschedule",
            body: #"{"StartTimestamp":"soon"}"#,
            expected: .field("StartTimestamp", Rule.instant, "soon")
        ),
        BadRequest(
            "a reschedule beyond what scores hold",
            path: "/items/order-42/reschedule",
            body: #"{"StartTimestamp":"2109-05-15T07:35:11.104Z"}"#,
            expected: .field("StartTimestamp", Self.settable, "2109-05-15T07:35:11.104Z")
        ),
        BadRequest(
            "a reschedule to the year 0",
            path: "/items/order-42/reschedule",
            body: #"{"StartTimestamp":"0000-01-01T00:00:00Z"}"#,
            expected: .field("StartTimestamp", Self.settable, "0000-01-01T00:00:00Z")
        ),
        BadRequest(
            "a reschedule to before the year 1",
            path: "/items/order-42/reschedule",
            body: #"{"StartTimestamp":"0001-01-01T00:00:00+18:00"}"#,
            expected: .field("StartTimestamp", Self.settable, "0001-01-01T00:00:00+18:00")
        ),
        BadRequest(
            "a reschedule to the end of time",
            path: "/items/order-42/reschedule",
            body: #"{"StartTimestamp":"9999-12-31T23:59:59.9999-18:00"}"#,
            expected: .field("StartTimestamp", Self.settable, "9999-12-31T23:59:59.9999-18:00")
        ),
        BadRequest(
            "a reschedule of nothing",
            path: "/items/nothing/reschedule",
            body: #"{"StartTimestamp":"2036-12-24T18:00:00Z"}"#,
            expected: .error(
                404,
                "ItemNotFound",
                "There is no item 'nothing' of the state machine 'waitable-stepfunction'.",
                field: "Id",
                value: "nothing"
            )
        ),
        BadRequest(
            "a run-now with a member",
            path: "/items/order-42/run-now",
            body: #"{"now":true}"#,
            expected: .field("now", "must not be there", "true")
        ),
        BadRequest(
            "a redrive of what is open",
            path: "/items/order-42/redrive",
            expected: .error(409, "ItemOpen", "The item 'order-42' is open.", field: "Id", value: "order-42")
        ),
        BadRequest(
            "a redrive of nothing",
            path: "/items/nothing/redrive",
            expected: .error(
                404,
                "ItemNotFound",
                "There is no item 'nothing' of the state machine 'waitable-stepfunction'.",
                field: "Id",
                value: "nothing"
            )
        ),
        BadRequest(
            "a pause of nothing",
            path: "/state-machines/nowhere/pause",
            expected: .error(
                404,
                "StateMachineNotFound",
                "There is no state machine 'nowhere'.",
                field: "stateMachine",
                value: "nowhere"
            )
        ),
        BadRequest(
            "a pause with a member",
            path: "/state-machines/waitable-stepfunction/pause",
            body: #"{"until":"noon"}"#,
            expected: .field("until", "must not be there", #""noon""#)
        ),
        BadRequest(
            "a resume of nothing",
            path: "/state-machines/nowhere/resume",
            expected: .error(
                404,
                "StateMachineNotFound",
                "There is no state machine 'nowhere'.",
                field: "stateMachine",
                value: "nowhere"
            )
        ),
        BadRequest(
            "a resume of a name with a colon",
            path: "/state-machines/a:b/resume",
            expected: .error(
                404,
                "StateMachineNotFound",
                "There is no state machine 'a:b'.",
                field: "stateMachine",
                value: "a:b"
            )
        ),
        BadRequest(
            "a batch of another type",
            path: "/items",
            headers: ["Content-Type": "application/json"],
            body: "{}",
            expected: .error(
                415,
                "UnsupportedMediaType",
                "Content-Type: must be application/x-ndjson: 'application/json'",
                field: "Content-Type",
                value: "application/json"
            )
        ),
        BadRequest(
            "a batch of no type",
            path: "/items",
            body: "{}",
            expected: .error(
                415,
                "UnsupportedMediaType",
                "Content-Type: must be application/x-ndjson: ''",
                field: "Content-Type",
                value: ""
            )
        ),
        BadRequest(
            "a compressed batch",
            path: "/items",
            headers: ["Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"],
            body: "{}",
            expected: .error(
                415,
                "UnsupportedMediaType",
                "Content-Encoding: must not be there: lines are read as they are: 'gzip'",
                field: "Content-Encoding",
                value: "gzip"
            )
        ),
        BadRequest(
            "a batch for a bad state machine",
            path: "/items?stateMachine=a:b",
            headers: ["Content-Type": "application/x-ndjson"],
            body: "{}",
            expected: .field("stateMachine", "must not contain the character ':' (U+003A)", "a:b")
        ),
        BadRequest(
            "a batch with an unknown parameter",
            path: "/items?dryRun=1",
            headers: ["Content-Type": "application/x-ndjson"],
            body: "{}",
            expected: .field("dryRun", "must not be there: only stateMachine is", "1")
        ),
        BadRequest(
            "a DELETE of the root",
            method: "DELETE",
            expected: .error(405, "MethodNotAllowed", "DELETE: must be one of GET, HEAD, POST for this path")
        ),
        BadRequest(
            "a PUT of an item",
            method: "PUT",
            path: "/items/order-42",
            body: "{}",
            expected: .error(405, "MethodNotAllowed", "PUT: must be one of GET, HEAD for this path")
        ),
        BadRequest(
            "a TRACE of the status",
            method: "TRACE",
            path: "/status",
            expected: .error(405, "MethodNotAllowed", "TRACE: must be one of GET, HEAD for this path")
        ),
        BadRequest(
            "a QUERY of items",
            method: "QUERY",
            path: "/items",
            expected: .error(405, "MethodNotAllowed", "QUERY: must be one of GET, HEAD, POST for this path")
        ),
    ]
}
