extension FieldReader {
    /// A field that holds a path.
    mutating func path(_ name: String) -> Path? {
        guard let text = string(name) else { return nil }
        do {
            let path = try Path(parsing: text)
            refer(to: path.variables)
            return path
        } catch {
            problem("The value for the field '\(name)' must be a valid JSONPath: '\(text)' \(error.reason)", at: name)
            return nil
        }
    }

    /// A field that holds a path, or a call of an intrinsic function.
    mutating func lookup(_ name: String) -> Lookup? {
        guard let text = string(name) else { return nil }
        do {
            let lookup = try Lookup(parsing: text, field: name, place: name)
            refer(to: lookup.variables)
            return lookup
        } catch {
            problem(
                "The value for the field '\(name)' must be a valid JSONPath or a valid intrinsic function call: '\(text)' "
                    + error.reason,
                at: name
            )
            return nil
        }
    }

    /// A field that holds a payload template.
    mutating func payloadTemplate(_ name: String) -> PayloadTemplate? {
        guard let value = take(name) else { return nil }
        var found: [(String, String)] = []
        let template = PayloadTemplate(compiling: value, of: name) { found.append(($0, $1)) }
        for (place, reason) in found { problem(reason, at: place) }
        refer(to: template.variables)
        return template
    }
}
