extension Library {
    static let texts = [
        function("string", 1, "<x-b?:s>", string),
        function("substring", 3, "<s-nn?:s>", substring),
        function("substringBefore", 2, "<s-s:s>") { (call) throws(JSONataError) in try cut(call, isBefore: true) },
        function("substringAfter", 2, "<s-s:s>") { (call) throws(JSONataError) in try cut(call, isBefore: false) },
        function("lowercase", 1, "<s-:s>") { (call) throws(JSONataError) in
            try map(call) { $0.lowercased() }
        },
        function("uppercase", 1, "<s-:s>") { (call) throws(JSONataError) in
            try map(call) { $0.uppercased() }
        },
        function("length", 1, "<s-:n>", length),
        function("trim", 1, "<s-:s>") { (call) throws(JSONataError) in try map(call, trimmed) },
        function("pad", 3, "<s-ns?:s>", pad),
        function("join", 2, "<a<s>s?:s>", join),
    ]

    private static func map(_ call: Call, _ change: (String) -> String) throws(JSONataError) -> Value {
        guard let text = call.text(0) else { return .undefined }
        return try call.evaluation.string(change(text))
    }

    private static func string(_ call: Call) throws(JSONataError) -> Value {
        guard let text = try call.evaluation.text(call[0], isPretty: call.evaluation.isTrue(call[1])) else {
            return .undefined
        }
        return try call.evaluation.string(text)
    }

    private static func substring(_ call: Call) throws(JSONataError) -> Value {
        guard let text = call.text(0) else { return .undefined }
        try call.budget.spend(bytes: text.utf8.count)
        let scalars = text.unicodeScalars
        let count = scalars.count
        let place = try call.number(1)
        var end = Double(count)
        if let length = try call.number(2) {
            // A length from nowhere has no end, as in JavaScript.
            guard length > 0, let place else { return .string("") }
            end = (place >= 0 ? place : max(0, Double(count) + place)) + length
        }
        // Parts of a place count as JavaScript counts them: not at all, on either side of 0.
        var start = (place ?? 0).rounded(.towardZero)
        if start < 0 { start = max(0, Double(count) + start) }
        let from = Int(min(start, Double(count)))
        let to = Int(max(Double(from), min(end.rounded(.towardZero), Double(count))))
        return try call.evaluation.string(String(scalars.dropFirst(from).prefix(to - from)))
    }

    private static func cut(_ call: Call, isBefore: Bool) throws(JSONataError) -> Value {
        guard let text = call.text(0) else { return .undefined }
        guard let part = call.text(1) else { return .string(text) }
        try call.budget.spend(bytes: text.utf8.count)
        guard let position = text.utf8Position(of: part, from: 0) else { return .string(text) }
        let range = isBefore ? 0..<position : (position + part.utf8.count)..<text.utf8.count
        return try call.evaluation.string(text.utf8Part(range))
    }

    private static func length(_ call: Call) throws(JSONataError) -> Value {
        guard let text = call.text(0) else { return .undefined }
        try call.budget.spend(bytes: text.utf8.count)
        return .number(Double(text.unicodeScalars.count))
    }

    /// The text with single spaces between its words, and none around it.
    private static func trimmed(_ text: String) -> String {
        let words = text.unicodeScalars.split { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r" }
        return words.map { String($0) }.joined(separator: " ")
    }

    private static func pad(_ call: Call) throws(JSONataError) -> Value {
        guard let text = call.text(0) else { return .undefined }
        let width = try call.whole(1) ?? 0
        try call.budget.spend(bytes: text.utf8.count)
        let missing = abs(width) - text.unicodeScalars.count
        guard missing > 0 else { return .string(text) }
        let padding = call.text(2).flatMap { $0.isEmpty ? nil : $0 } ?? " "
        let size = padding.unicodeScalars.count
        try call.budget.spend(bytes: padding.utf8.count * (missing / size + 1))
        let added = String(repeating: padding, count: missing / size) + padding.prefix(codePoints: missing % size)
        return try call.evaluation.string(width < 0 ? added + text : text + added)
    }

    private static func join(_ call: Call) throws(JSONataError) -> Value {
        guard case .array(let array) = call[0] else { return .undefined }
        let separator = call.text(1) ?? ""
        var joined = ""
        var isFirst = true
        for case .string(let text) in array {
            try call.budget.spend(bytes: text.utf8.count + separator.utf8.count)
            if !isFirst { joined += separator }
            isFirst = false
            joined += text
        }
        return .string(joined)
    }
}
