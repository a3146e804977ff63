import CodeUnits

extension Library {
    static let moments = [
        function("now", 0, "<s?s?:s>") { (call) throws(JSONataError) in
            try format(Double(call.evaluation.environment.milliseconds), call.text(0), call.text(1), call)
        },
        function("millis", 0, "<:n>") { call in .number(Double(call.evaluation.environment.milliseconds)) },
        function("fromMillis", 3, "<n-s?s?:s>") { (call) throws(JSONataError) in
            guard let milliseconds = try call.number(0) else { return .undefined }
            return try format(milliseconds, call.text(1), call.text(2), call)
        },
        function("toMillis", 2, "<s-s?:n>", toMilliseconds),
    ]

    /// The last moment of JavaScript's calendar, in milliseconds from 1970, and the first one with a minus.
    private static let furthest = 8.64e15

    private static func format(
        _ milliseconds: Double,
        _ picture: String?,
        _ zone: String?,
        _ call: Call
    ) throws(JSONataError) -> Value {
        guard milliseconds.magnitude <= furthest else { throw JSONataError(.d1001, value: .number(milliseconds)) }
        let code = picture ?? DateTimePicture.iso8601
        try call.budget.spend(bytes: costOfPicture * code.utf8.count)
        let text = try self.picture(code, call.budget).format(Int64(milliseconds.rounded(.down)), zone: zone)
        return try call.evaluation.string(text)
    }

    private static func picture(_ code: String, _ budget: Budget) throws(JSONataError) -> DateTimePicture {
        if let known = budget.pictures[Spelling(code)] { return known }
        let picture = try DateTimePicture(code)
        budget.pictures[Spelling(code)] = picture
        return picture
    }

    private static func toMilliseconds(_ call: Call) throws(JSONataError) -> Value {
        guard let text = call.text(0) else { return .undefined }
        try call.budget.spend(bytes: 16 * text.utf8.count)
        guard let picture = call.text(1) else {
            guard let milliseconds = ISO8601.milliseconds(text) else { throw JSONataError(.d3110, value: call[0]) }
            return .number(milliseconds)
        }
        // It becomes a pattern, which is made anew by every call.
        try call.budget.spend(bytes: 4 * costOfPicture * picture.utf8.count)
        let now = call.evaluation.environment.milliseconds
        let moment = try self.picture(picture, call.budget).parse(text, now: now, call.budget)
        return moment.map { .number($0) } ?? .undefined
    }
}
