/// The arguments of one call, read as the function needs them.
struct IntrinsicArguments {
    let function: String
    let values: [JSON]
    /// The literal template of `States.Format`, taken apart.
    let pieces: [String]?
    /// What random values are made from.
    let seed: String
    /// What the call costs.
    let work: WorkBudget

    /// Uses what it costs to look at a value, or to make one like it.
    func spend(on value: JSON) throws(IntrinsicError) {
        guard work.spend(on: value) else { throw .usedUp }
    }

    /// Uses what it costs to write a value's text.
    func spend(writing value: JSON) throws(IntrinsicError) {
        guard work.spend(writing: value) else { throw .usedUp }
    }

    /// Uses what it costs to compare two values.
    func spend(comparing one: JSON, with two: JSON) throws(IntrinsicError) {
        guard work.spend(comparing: one, with: two) else { throw .usedUp }
    }

    /// Uses what some bytes of text cost.
    func spend(bytes: Int) throws(IntrinsicError) {
        guard work.spend(bytes: bytes) else { throw .usedUp }
    }

    /// Uses what some values cost, beside their sizes.
    func spend(_ units: Int) throws(IntrinsicError) {
        guard work.spend(units) else { throw .usedUp }
    }

    /// The most characters of what is encoded, decoded or hashed.
    static let longestText = 10_000

    var count: Int { values.count }

    func array(_ index: Int) throws(IntrinsicError) -> [JSON] {
        guard let array = values[index].arrayValue else { throw wrong(index, "an array") }
        return array
    }

    func object(_ index: Int) throws(IntrinsicError) -> JSONObject {
        guard let object = values[index].objectValue else { throw wrong(index, "a JSON object") }
        return object
    }

    func string(_ index: Int) throws(IntrinsicError) -> String {
        guard let string = values[index].stringValue else { throw wrong(index, "a string") }
        return string
    }

    /// A text of limited length.
    func text(_ index: Int) throws(IntrinsicError) -> String {
        let text = try string(index)
        guard text.unicodeScalars.count <= Self.longestText else {
            throw wrong(index, "a string of at most \(Self.longestText) characters")
        }
        return text
    }

    /// A whole number; a fraction is rounded, a half of it up.
    func integer(_ index: Int) throws(IntrinsicError) -> Int {
        switch values[index] {
        case .integer(let value):
            return Int(value)
        case .double(let value):
            let rounded = (value + 0.5).rounded(.down)
            guard let whole = Int(exactly: rounded) else { throw wrong(index, "an integer") }
            return whole
        default:
            throw wrong(index, "an integer")
        }
    }

    /// The error for an argument of another kind than the function takes.
    func wrong(_ index: Int, _ expected: String) -> IntrinsicError {
        .invalid(
            "Invalid arguments in \(function): argument \(index + 1) must be \(expected), is \(values[index].excerpt())"
        )
    }

    /// Any other error of the function.
    func failure(_ reason: String) -> IntrinsicError { .invalid("Invalid arguments in \(function): \(reason)") }
}
