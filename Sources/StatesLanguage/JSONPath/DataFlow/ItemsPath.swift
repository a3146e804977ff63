/// `ItemsPath`: where in what a Map state sees its items are.
///
/// Source: Amazon States Language, "Map State", "ItemsPath".
struct ItemsPath: ItemSource {
    /// `nil` for all that the state sees.
    private let path: Path?

    init(_ fields: inout FieldReader) { path = fields.path("ItemsPath") }

    func items(_ scope: DataScope) throws(StateFailure) -> [JSON] {
        let value = if let path { try scope.required(path) } else { scope.input }
        guard let items = value.arrayValue else {
            // AWS writes a path into the context object with one '$'.
            let text = path.map { $0.root == .context ? String($0.text.dropFirst()) : $0.text } ?? "$"
            throw scope.runtimeError("Reference path \"\(text)\" must point to array.")
        }
        return items
    }
}
