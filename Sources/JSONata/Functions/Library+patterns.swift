import OrderedCollections

extension Library {
    static let patterns = [
        function("match", 3, "<s-f<s:o>n?:a<o>>", match),
        function("contains", 2, "<s-(sf):b>", contains),
        function("replace", 4, "<s-(sf)(sf)n?:s>", replace),
        function("split", 3, "<s-(sf)n?:a<s>>", split),
    ]

    /// How many matches are wanted at most.
    ///
    /// - Throws: An error of the code where it is less than none.
    private static func limit(_ call: Call, _ index: Int, _ code: ErrorCode) throws(JSONataError) -> Double {
        guard let limit = try call.number(index) else { return .infinity }
        guard limit >= 0 else { throw JSONataError(code, value: call[index]) }
        return limit
    }

    private static func match(_ call: Call) throws(JSONataError) -> Value {
        guard let text = call.text(0), case .function(let function) = call[1] else { return .undefined }
        let limit = try limit(call, 2, .d3040)
        var results: [Value] = []
        guard limit > 0 else { return try call.evaluation.sequence([]) }
        var matches = try Matches(of: function, in: text, call.evaluation, name: "match")
        while Double(results.count) < limit, let match = try matches.next() {
            let groups = match.groups.map { $0.isUndefined ? Value.null : $0 }
            results.append(
                try call.evaluation.object([
                    "match": try call.evaluation.string(match.text), "index": .number(Double(match.start)),
                    "groups": try call.evaluation.array(groups),
                ])
            )
        }
        return try call.evaluation.sequence(results)
    }

    private static func contains(_ call: Call) throws(JSONataError) -> Value {
        guard let text = call.text(0) else { return .undefined }
        switch call[1] {
        case .string(let part):
            try call.budget.spend(bytes: text.utf8.count + 2 * part.utf8.count)
            return .bool(text.utf8Position(of: part, from: 0) != nil)
        case .function(let function):
            var matches = try Matches(of: function, in: text, call.evaluation, name: "contains")
            return .bool(try matches.next() != nil)
        default: return .undefined
        }
    }

    private static func split(_ call: Call) throws(JSONataError) -> Value {
        guard let text = call.text(0) else { return .undefined }
        let limit = try limit(call, 2, .d3020)
        guard limit > 0 else { return try call.evaluation.array([]) }
        try call.budget.spend(bytes: text.utf8.count)
        switch call[1] {
        case .string(let separator):
            try call.budget.spend(bytes: 2 * separator.utf8.count)
            let parts = separator.isEmpty ? text.unicodeScalars.map { String([$0]) } : text.parts(separator: separator)
            let count = Int(min(limit.rounded(.down), Double(parts.count)))
            return try call.evaluation.array(parts.prefix(count).map { .string($0) })
        case .function(let function): return try split(text, function, limit, call)
        default: return .undefined
        }
    }

    private static func split(
        _ text: String,
        _ function: Function,
        _ limit: Double,
        _ call: Call
    ) throws(JSONataError) -> Value {
        var parts: [Value] = []
        var start = 0
        var matches = try Matches(of: function, in: text, call.evaluation, name: "split")
        while Double(parts.count) < limit, let match = try matches.next() {
            parts.append(try call.evaluation.string(text.utf16Part(start..<max(start, match.start))))
            start = max(start, match.end)
        }
        if Double(parts.count) < limit {
            parts.append(try call.evaluation.string(text.utf16Part(start..<text.utf16.count)))
        }
        return try call.evaluation.array(parts)
    }

    // MARK: Replacement

    private static func replace(_ call: Call) throws(JSONataError) -> Value {
        guard let text = call.text(0) else { return .undefined }
        if case .string(let part) = call[1], part.isEmpty { throw JSONataError(.d3010, value: call[1]) }
        let limit = try limit(call, 3, .d3011)
        guard limit > 0 else { return .string(text) }
        try call.budget.spend(bytes: text.utf8.count)
        switch call[1] {
        case .string(let part): return try replace(part, in: text, limit, call)
        case .function(let function): return try replace(function, in: text, limit, call)
        default: return .undefined
        }
    }

    private static func replace(
        _ part: String,
        in text: String,
        _ limit: Double,
        _ call: Call
    ) throws(JSONataError) -> Value {
        try call.budget.spend(bytes: 2 * part.utf8.count)
        var result = ""
        var (start, count) = (0, 0.0)
        while count < limit, let position = text.utf8Position(of: part, from: start) {
            // A function is for the matches of regular expressions.
            guard let replacement = call.text(2) else { throw JSONataError(.d3012, value: call[2]) }
            try call.budget.spend(bytes: replacement.utf8.count + position - start)
            result += text.utf8Part(start..<position) + replacement
            start = position + part.utf8.count
            count += 1
        }
        return try call.evaluation.string(result + text.utf8Part(start..<text.utf8.count))
    }

    private static func replace(
        _ function: Function,
        in text: String,
        _ limit: Double,
        _ call: Call
    ) throws(JSONataError) -> Value {
        var result = ""
        var (start, count) = (0, 0.0)
        var matches = try Matches(of: function, in: text, call.evaluation, name: "replace")
        while count < limit, let match = try matches.next() {
            let replacement = try replacement(of: match, call)
            try call.budget.spend(bytes: replacement.utf8.count + match.start - start)
            result += text.utf16Part(start..<max(start, match.start)) + replacement
            start = max(start, match.end)
            count += 1
        }
        return try call.evaluation.string(result + text.utf16Part(start..<text.utf16.count))
    }

    private static func replacement(of match: PatternMatch, _ call: Call) throws(JSONataError) -> String {
        if let template = call.text(2) {
            try call.budget.spend(bytes: 4 * template.utf8.count)
            return substitute(template, match)
        }
        let object = try call.evaluation.object([
            "match": .string(match.text), "start": .number(Double(match.start)), "end": .number(Double(match.end)),
            "groups": try call.evaluation.array(match.groups.map { $0.isUndefined ? .null : $0 }),
        ])
        let value = try call.evaluation.apply(call[2], [object], .undefined)
        guard case .string(let text) = value else { throw JSONataError(.d3012, value: value) }
        return text
    }

    /// A replacement with the match for `$0`, its groups for `$1` and so on, and a dollar for `$$`.
    private static func substitute(_ template: String, _ match: PatternMatch) -> String {
        let dollar = UInt8(ascii: "$")
        var result: [UInt8] = []
        var rest = Array(template.utf8)[...]
        while let place = rest.firstIndex(of: dollar) {
            result += rest[..<place]
            rest = rest[(place + 1)...]
            switch rest.first {
            case dollar:
                result.append(dollar)
                rest = rest.dropFirst()
            case UInt8(ascii: "0"):
                result += match.text.utf8
                rest = rest.dropFirst()
            default:
                guard let (number, digits) = reference(rest, match.groups.count) else {
                    result.append(dollar)
                    continue
                }
                if match.groups.indices.contains(number - 1), case .string(let text) = match.groups[number - 1] {
                    result += text.utf8
                }
                rest = rest.dropFirst(digits)
            }
        }
        return String(decoding: result + rest, as: UTF8.self)
    }

    /// The number of a group at the beginning of a text: of as many digits as there are groups for.
    private static func reference(_ text: ArraySlice<UInt8>, _ groups: Int) -> (number: Int, digits: Int)? {
        let most = groups == 0 ? 1 : String(groups).utf8.count
        let digits = text.prefix(most).prefix { (0x30...0x39).contains($0) }
        guard var number = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
        if most > 1, number > groups {
            number = Int(String(decoding: digits.prefix(most - 1), as: UTF8.self)) ?? number
        }
        return (number, String(number).utf8.count)
    }
}
