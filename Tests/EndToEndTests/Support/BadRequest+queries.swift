extension BadRequest {
    /// What is asked for by paths and parameters.
    static let queries: [BadRequest] = [
        BadRequest(
            "a limit of nought",
            method: "GET",
            path: "/status?limit=0",
            expected: .field("limit", Rule.limit, "0")
        ),
        BadRequest(
            "a limit of 1001",
            method: "GET",
            path: "/status?limit=1001",
            expected: .field("limit", Rule.limit, "1001")
        ),
        BadRequest(
            "a limit in words",
            method: "GET",
            path: "/status?limit=many",
            expected: .field("limit", Rule.limit, "many")
        ),
        BadRequest(
            "a limit beyond integers",
            method: "GET",
            path: "/status?limit=99999999999999999999",
            expected: .field("limit", Rule.limit, "99999999999999999999")
        ),
        BadRequest(
            "a limit with a fraction",
            method: "GET",
            path: "/status?limit=1.5",
            expected: .field("limit", Rule.limit, "1.5")
        ),
        BadRequest(
            "an empty limit",
            method: "GET",
            path: "/status?limit=",
            expected: .field("limit", Rule.limit, "")
        ),
        BadRequest(
            "a good limit and a bad one",
            method: "GET",
            path: "/status?limit=1&limit=0",
            expected: .field("limit", Rule.limit, "0")
        ),
        BadRequest(
            "a token that is none",
            method: "GET",
            path: "/status?nextToken=due",
            expected: .field("nextToken", Rule.page, "due")
        ),
        BadRequest(
            "a token in capitals",
            method: "GET",
            path: "/status?nextToken=D",
            expected: .field("nextToken", Rule.page, "D")
        ),
        BadRequest(
            "a token with a score that is no number",
            method: "GET",
            path: "/status?nextToken=d.1y22ubgj52ps0.YQ",
            expected: .field("nextToken", Rule.page, "d.1y22ubgj52ps0.YQ")
        ),
        BadRequest(
            "half a byte in a token",
            method: "GET",
            path: "/status?nextToken=d.10.Y",
            expected: .field("nextToken", Rule.page, "d.10.Y")
        ),
        BadRequest(
            "an empty ProcessStatus",
            method: "GET",
            path: "/status?ProcessStatus=",
            expected: .field("ProcessStatus", "must not be empty", "")
        ),
        BadRequest(
            "an unknown parameter",
            method: "GET",
            path: "/status?page=2",
            expected: .field("page", "must not be there: only limit, nextToken and ProcessStatus are", "2")
        ),
        BadRequest(
            "an item that is not there",
            method: "GET",
            path: "/status/nothing",
            expected: .error(404, "ItemNotFound", "There is no item 'nothing'.", field: "Id", value: "nothing")
        ),
        BadRequest(
            "an Id that cannot be",
            method: "GET",
            path: "/status/a%2Fb",
            expected: .error(404, "ItemNotFound", "There is no item 'a/b'.", field: "Id", value: "a/b")
        ),
        BadRequest(
            "a NUL in a path",
            method: "GET",
            path: "/status/a%00b",
            expected: .error(404, "ItemNotFound", "There is no item 'a\u{0}b'.", field: "Id", value: "a\u{0}b")
        ),
        BadRequest(
            "an Id too long in a path",
            method: "GET",
            path: "/status/\(long(81))",
            expected: .error(404, "ItemNotFound", "There is no item '\(long(81))'.", field: "Id", value: "\(long(81))")
        ),
        BadRequest(
            "a status that is none",
            method: "GET",
            path: "/items?status=DONE",
            expected: .field("status", "must be one of WAITING, RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED", "DONE")
        ),
        BadRequest(
            "a bad dueFrom",
            method: "GET",
            path: "/items?dueFrom=tomorrow",
            expected: .field("dueFrom", Rule.instant, "tomorrow")
        ),
        BadRequest(
            "a dueTo before dueFrom",
            method: "GET",
            path: "/items?dueFrom=2036-01-02T00:00:00Z&dueTo=2036-01-01T00:00:00Z",
            expected: .field("dueTo", "must be after dueFrom", "2036-01-01T00:00:00.000Z")
        ),
        BadRequest(
            "a due instant of what is closed",
            method: "GET",
            path: "/items?status=SUCCEEDED&dueFrom=2036-01-02T00:00:00Z",
            expected: .field(
                "status",
                "must be WAITING with dueFrom or dueTo, for only what waits has a due instant",
                "SUCCEEDED"
            )
        ),
        BadRequest(
            "a bad name of a state machine",
            method: "GET",
            path: "/items?stateMachine=a:b",
            expected: .field("stateMachine", "must not contain the character ':' (U+003A)", "a:b")
        ),
        BadRequest(
            "an unknown parameter of items",
            method: "GET",
            path: "/items?sort=Id",
            expected: .field(
                "sort",
                "must not be there: only limit, nextToken, status, error, dueFrom, dueTo and stateMachine are",
                "Id"
            )
        ),
        BadRequest(
            "a token of another list",
            method: "GET",
            path: "/items?status=SUCCEEDED&nextToken=d",
            expected: .field("nextToken", "must be the nextToken of an earlier page of the same list", "d")
        ),
        BadRequest(
            "a limit of items beyond 1000",
            method: "GET",
            path: "/items?limit=1001",
            expected: .field("limit", Rule.limit, "1001")
        ),
        BadRequest(
            "an item of no state machine",
            method: "GET",
            path: "/items/order-42?stateMachine=nowhere",
            expected: .error(
                404,
                "ItemNotFound",
                "There is no item 'order-42' of the state machine 'nowhere'.",
                field: "Id",
                value: "order-42"
            )
        ),
        BadRequest(
            "an unknown item",
            method: "GET",
            path: "/items/nothing",
            expected: .error(
                404,
                "ItemNotFound",
                "There is no item 'nothing' of the state machine 'waitable-stepfunction'.",
                field: "Id",
                value: "nothing"
            )
        ),
        BadRequest(
            "an item with a blank",
            method: "GET",
            path: "/items/a%20b",
            expected: .field("Id", "must not contain the character U+0020", "a b")
        ),
        BadRequest(
            "an unknown parameter of an item",
            method: "GET",
            path: "/items/order-42?limit=1",
            expected: .field("limit", "must not be there: only stateMachine is", "1")
        ),
        BadRequest(
            "a timeline of nothing",
            method: "GET",
            path: "/items/nothing/timeline",
            expected: .error(
                404,
                "ItemNotFound",
                "There is no item 'nothing' of the state machine 'waitable-stepfunction'.",
                field: "Id",
                value: "nothing"
            )
        ),
        BadRequest(
            "a path that is not there",
            method: "GET",
            path: "/nowhere",
            expected: .error(404, "NoSuchRoute", "There is nothing at this path.")
        ),
        BadRequest(
            "a path below an item",
            method: "GET",
            path: "/status/order-42/more",
            expected: .error(404, "NoSuchRoute", "There is nothing at this path.")
        ),
    ]
}
