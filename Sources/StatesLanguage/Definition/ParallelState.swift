/// A state that runs several branches at once.
///
/// Source: Amazon States Language, "Parallel State".
final class ParallelState: Sendable {
    let branches: [StateGraph]

    init?(_ fields: inout FieldReader, compile: (inout FieldReader) -> StateGraph?) {
        guard let value = fields.take("Branches") else {
            fields.problem("The field 'Branches' is required but was missing")
            return nil
        }
        guard let elements = value.arrayValue else {
            fields.problem("Expected value of type Array: \(value.text)", at: "Branches")
            return nil
        }
        if elements.isEmpty { fields.problem("Value cannot be empty", at: "Branches") }
        var branches: [StateGraph] = []
        for (index, element) in elements.enumerated() {
            guard let object = element.objectValue else {
                fields.problem("Expected value of type Object", at: "Branches[\(index)]")
                continue
            }
            var reader = FieldReader(object, at: "\(fields.location)/Branches[\(index)]")
            if let branch = compile(&reader) { branches.append(branch) }
            reader.finish()
            fields.add(reader.problems)
        }
        guard !elements.isEmpty, branches.count == elements.count else { return nil }
        self.branches = branches
    }
}
