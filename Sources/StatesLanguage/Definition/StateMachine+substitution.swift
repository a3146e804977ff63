extension StateMachine {
    /// Puts values for `${Name}`, and for `${AWS::Name}`, into a definition's text, as AWS SAM's `DefinitionSubstitutions` and
    /// CloudFormation's `Fn::Sub` do.
    ///
    /// - Throws: ``DefinitionError`` naming the placeholders that have no value.
    public static func substituting(
        _ values: [Spelling: String],
        in definition: String
    ) throws(DefinitionError) -> String {
        var text = ""
        var rest = Substring(definition).unicodeScalars
        var missing: [String] = []
        while let start = rest.firstRange(of: "${".unicodeScalars) {
            text += String(rest[..<start.lowerBound])
            rest = rest[start.upperBound...]
            let pseudo = rest.starts(with: "AWS::".unicodeScalars) ? 5 : 0
            let word = rest.dropFirst(pseudo).prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
            let name = rest[..<word.endIndex]
            let after = rest[name.endIndex...]
            guard !word.isEmpty, after.first == "}" else {
                text += "${"
                continue
            }
            if let value = values[String(name)] {
                text += escaped(value)
            } else if !missing.contains(String(name)) {
                missing.append(String(name))
            }
            rest = after.dropFirst()
        }
        guard missing.isEmpty else {
            throw DefinitionError(
                problems: missing.map { name in
                    DefinitionProblem("SCHEMA_VALIDATION_FAILED", "The substitution '${\(name)}' has no value", at: "/")
                }
            )
        }
        return text + String(rest)
    }

    /// A value as it stands within a JSON string.
    private static func escaped(_ value: String) -> String {
        String(JSON.string(value).text.unicodeScalars.dropFirst().dropLast())
    }
}
