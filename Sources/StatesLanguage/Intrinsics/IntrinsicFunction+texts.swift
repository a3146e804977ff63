extension IntrinsicFunction {
    /// `States.Format`, `States.StringSplit`, `States.UUID`.
    static let texts = [
        IntrinsicFunction("Format", 1...many) { arguments throws(IntrinsicError) in
            let template = try arguments.string(0)
            try arguments.spend(bytes: 4 * template.utf8.count)
            let pieces = arguments.pieces ?? Self.pieces(of: template)
            guard pieces.count == arguments.count else {
                throw arguments.failure("the template has \(pieces.count - 1) of {} for \(arguments.count - 1) values")
            }
            var text = pieces[0]
            for (value, piece) in zip(arguments.values.dropFirst(), pieces.dropFirst()) {
                try arguments.spend(on: value)
                text += value.formatted + piece
            }
            return .string(text)
        },
        IntrinsicFunction("StringSplit", 2...2) { arguments throws(IntrinsicError) in
            let delimiters = Set(try arguments.string(1).unicodeScalars)
            // Every second character can be a piece of its own.
            try arguments.spend(bytes: 4 * (try arguments.string(0)).utf8.count)
            let parts = try arguments.string(0).unicodeScalars.split { delimiters.contains($0) }
            return .array(parts.map { .string(String($0)) })
        },
        // Unique, and the same when the step is made again; no secret, as AWS's is none.
        IntrinsicFunction("UUID", 0...0) { arguments throws(IntrinsicError) in
            .string(DerivedUUID.text(arguments.seed))
        },
    ]

    /// The texts around the `{}` of a template; a backslash takes a brace its meaning.
    static func pieces(of template: String) -> [String] {
        var pieces = [String.UnicodeScalarView()]
        var scalars = template.unicodeScalars[...]
        while let scalar = scalars.popFirst() {
            if scalar == "\\", let next = scalars.first, "{}\\'".unicodeScalars.contains(next) {
                pieces[pieces.count - 1].append(scalars.removeFirst())
            } else if scalar == "{", scalars.first == "}" {
                scalars.removeFirst()
                pieces.append(String.UnicodeScalarView())
            } else {
                pieces[pieces.count - 1].append(scalar)
            }
        }
        return pieces.map(String.init)
    }
}

extension JSON {
    /// A value as `States.Format` writes it: strings as they are, objects and arrays as Java prints maps and lists.
    fileprivate var formatted: String {
        switch self {
        case .string(let text): text
        case .array(let array): "[" + array.map(\.formatted).joined(separator: ", ") + "]"
        case .object(let object): "{" + object.map { "\($0)=\($1.formatted)" }.joined(separator: ", ") + "}"
        default: text
        }
    }
}
