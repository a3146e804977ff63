extension BadRequest {
    /// Starts of items.
    static let starts: [BadRequest] = [
        BadRequest(
            "no body",
            expected: .field("body", "must be JSON (No content to map due to end-of-input at line 1, column 1)", "")
        ),
        BadRequest(
            "half an object",
            body: "{",
            expected: .field(
                "body",
                "must be JSON (Unexpected end-of-input: expected close marker for Object (start marker at line 1, column 1) at line 1, column 2)",
                "{"
            )
        ),
        BadRequest(
            "a list",
            body: "[]",
            expected: .field("body", "must be a JSON object", "[]")
        ),
        BadRequest(
            "null",
            body: "null",
            expected: .field("body", "must be a JSON object", "null")
        ),
        BadRequest(
            "two values",
            body: "{} {}",
            expected: .field(
                "body",
                "must be JSON (Unexpected character ('{' (code 123)): expected end of input at line 1, column 5)",
                "{} {}"
            )
        ),
        BadRequest(
            "not UTF-8",
            bytes: [0x7B, 0x22, 0x49, 0x64, 0x22, 0x3A, 0x22, 0xFF, 0x22, 0x7D],
            expected: .field("body", "must be JSON (Invalid UTF-8 in a string at line 1, column 9)", #"{"Id":"�"}"#)
        ),
        BadRequest(
            "a byte order mark",
            bytes: [0xEF, 0xBB, 0xBF, 0x7B, 0x7D],
            expected: .field(
                "body",
                "must be JSON (Unexpected character ('\u{FEFF}' (code 65279 / 0xfeff)): expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false') at line 1, column 2)",
                "\u{FEFF}{}"
            )
        ),
        BadRequest(
            "no instant",
            body: "{}",
            expected: .field("StartTimestamp", "must be given")
        ),
        BadRequest(
            "a number for an instant",
            body: #"{"StartTimestamp":1798135200}"#,
            expected: .field("StartTimestamp", Rule.instant, "1798135200")
        ),
        BadRequest(
            "null for an instant",
            body: #"{"StartTimestamp":null}"#,
            expected: .field("StartTimestamp", Rule.instant, "null")
        ),
        BadRequest(
            "an instant in words",
            body: #"{"StartTimestamp":"tomorrow"}"#,
            expected: .field("StartTimestamp", Rule.instant, "tomorrow")
        ),
        BadRequest(
            "a day that is not",
            body: #"{"StartTimestamp":"2026-02-30T00:00:00Z"}"#,
            expected: .field("StartTimestamp", Rule.instant, "2026-02-30T00:00:00Z")
        ),
        BadRequest(
            "a blank for the T",
            body: #"{"StartTimestamp":"2026-01-31 09:30:00Z"}"#,
            expected: .field("StartTimestamp", Rule.instant, "2026-01-31 09:30:00Z")
        ),
        BadRequest(
            "no offset",
            body: #"{"StartTimestamp":"2026-01-31T09:30:00"}"#,
            expected: .field("StartTimestamp", Rule.instant, "2026-01-31T09:30:00")
        ),
        BadRequest(
            "an offset beyond 18 hours",
            body: #"{"StartTimestamp":"2026-01-31T09:30:00+18:01"}"#,
            expected: .field("StartTimestamp", Rule.instant, "2026-01-31T09:30:00+18:01")
        ),
        BadRequest(
            "a small z",
            body: #"{"StartTimestamp":"2026-01-31T09:30:00z"}"#,
            expected: .field("StartTimestamp", Rule.instant, "2026-01-31T09:30:00z")
        ),
        BadRequest(
            "a leap second",
            body: #"{"StartTimestamp":"2016-12-31T23:59:60Z"}"#,
            expected: .field("StartTimestamp", Rule.instant, "2016-12-31T23:59:60Z")
        ),
        BadRequest(
            "a year of five digits",
            body: #"{"StartTimestamp":"12026-01-31T09:30:00Z"}"#,
            expected: .field("StartTimestamp", Rule.instant, "12026-01-31T09:30:00Z")
        ),
        BadRequest(
            "a moment too far ahead",
            body: #"{"StartTimestamp":"2200-01-01T00:00:00Z"}"#,
            expected: .field("StartTimestamp", "must be at most 24855 days ahead", "2200-01-01T00:00:00Z")
        ),
        BadRequest(
            "an empty instant",
            body: #"{"StartTimestamp":""}"#,
            expected: .field("StartTimestamp", Rule.instant, "")
        ),
        BadRequest(
            "a long instant",
            body: #"{"StartTimestamp":"\#(long(200))"}"#,
            expected: .field("StartTimestamp", Rule.instant, "\(long(128))…")
        ),
        BadRequest(
            "a number for an Id",
            body: #"{"StartTimestamp":"2036-12-24T18:00:00Z","Id":5}"#,
            expected: .field("Id", "must be a string", "5")
        ),
        BadRequest(
            "null for an Id",
            body: #"{"StartTimestamp":"2036-12-24T18:00:00Z","Id":null}"#,
            expected: .field("Id", "must be a string", "null")
        ),
        BadRequest(
            "an empty Id",
            body: #"{"StartTimestamp":"2036-12-24T18:00:00Z","Id":""}"#,
            expected: .field("Id", "must have 1 to 80 characters, has 0", "")
        ),
        BadRequest(
            "an Id of 81 characters",
            body: #"{"StartTimestamp":"2036-12-24T18:00:00Z","Id":"\#(long(81))"}"#,
            expected: .field("Id", "must have 1 to 80 characters, has 81", "\(long(81))")
        ),
        BadRequest(
            "a blank in an Id",
            body: #"{"StartTimestamp":"2036-12-24T18:00:00Z","Id":"a b"}"#,
            expected: .field("Id", "must not contain the character U+0020", "a b")
        ),
        BadRequest(
            "a slash in an Id",
            body: #"{"StartTimestamp":"2036-12-24T18:00:00Z","Id":"a/b"}"#,
            expected: .field("Id", "must not contain the character '/' (U+002F)", "a/b")
        ),
        BadRequest(
            "a NUL in an Id",
            body: #"{"StartTimestamp":"2036-12-24T18:00:00Z","Id":"a\u0000"}"#,
            expected: .field("Id", "must not contain the character U+0000", "a\u{0}")
        ),
        BadRequest(
            "an unknown member",
            body: #"{"StartTimestamp":"2036-12-24T18:00:00Z","Priority":1}"#,
            expected: .field(
                "Priority",
                "must not be there: only StartTimestamp, Id, stateMachine and durability are",
                "1"
            )
        ),
        BadRequest(
            "a state machine that is not there",
            body: #"{"StartTimestamp":"2036-12-24T18:00:00Z","stateMachine":"nowhere"}"#,
            expected: .error(
                404,
                "StateMachineNotFound",
                "There is no state machine 'nowhere'.",
                field: "stateMachine",
                value: "nowhere"
            )
        ),
        BadRequest(
            "a colon in a state machine's name",
            body: #"{"StartTimestamp":"2036-12-24T18:00:00Z","stateMachine":"a:b"}"#,
            expected: .field("stateMachine", "must not contain the character ':' (U+003A)", "a:b")
        ),
        BadRequest(
            "an object for a state machine",
            body: #"{"StartTimestamp":"2036-12-24T18:00:00Z","stateMachine":{}}"#,
            expected: .field("stateMachine", "must be a string", "{}")
        ),
        BadRequest(
            "a number beyond doubles",
            body: #"{"StartTimestamp":1e999}"#,
            expected: .field(
                "body",
                "must be JSON (Numeric value (1e999) out of range at line 1, column 24)",
                #"{"StartTimestamp":1e999}"#
            )
        ),
        BadRequest(
            "a thousand lists in one another",
            body: "\(opening(1000))\(closing(1000))",
            expected: .field(
                "body",
                "must be JSON (Document nesting depth exceeds the maximum allowed (256) at line 1, column 258)",
                "\(opening(128))…"
            )
        ),
        BadRequest(
            "another start with the same Id",
            body: #"{"Id":"order-42","StartTimestamp":"2037-01-01T00:00:00Z"}"#,
            expected: .error(
                409,
                "ItemExists",
                "Id: must be new, or come with the same StartTimestamp as before: 'order-42'",
                field: "Id",
                value: "order-42"
            )
        ),
        BadRequest(
            "a body that is too large",
            body: #"{"StartTimestamp":"\#(long(16384))"}"#,
            expected: .error(413, "BodyTooLarge", "body: must have at most 16384 bytes", field: "body")
        ),
    ]
}
