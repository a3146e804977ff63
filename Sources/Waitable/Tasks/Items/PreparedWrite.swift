import StatesLanguage

/// A plain write of which only some texts and numbers depend on the execution, read and checked once for all of them.
///
/// The parameters are read with a marker for each value that is looked up. Where all markers come out again as the key
/// and as whole attributes, the values can be put there later without reading anything anew.
struct PreparedWrite: Sendable {
    /// The table's name.
    let table: String
    private let id: Part
    private let change: Change
    private let valueCount: Int

    /// Text that is known, or the number of the value that it comes from.
    private enum Part: Sendable {
        case known(String)
        case text(Int)
        case number(Int)

        init(_ value: AttributeValue, _ known: String, _ markers: [String]) {
            self = .known(known)
            switch value {
            case .string(let text): if let number = markers.firstIndex(of: text) { self = .text(number) }
            case .number(let text): if let number = markers.firstIndex(of: text) { self = .number(number) }
            default: break
            }
        }

        /// The number of the value that it comes from; `nil` for what is known.
        var valueNumber: Int? {
            switch self {
            case .known: nil
            case .text(let number), .number(let number): number
            }
        }
    }

    private enum Change: Sendable {
        case write(ItemForm, [Part])
        case delete
    }

    /// The longest text that is put in, in UTF-8 bytes: short enough to be a key, and for ``most`` to be an item.
    private static let longest = 1_024
    private static let most = 100
    /// What a marker begins with. It can be a text and a number.
    private static let mark = "7205759403792793"

    /// Prepares a task; `nil` for one that has to be read anew each time.
    ///
    /// - Parameter payload: What all its parameters have in common.
    init?(_ action: ItemOperationName, _ payload: PayloadShape, keyAttributes: KeyAttributes) {
        let markers = (0..<payload.valueCount).map { "\(Self.mark)\($0 + 1)" }
        let nothing = Array(repeating: JSON.null, count: payload.valueCount)
        guard !payload.filled(with: nothing).text.contains(Self.mark),
            let operation = try? ItemOperation(
                action,
                parameters: payload.filled(with: markers.map(JSON.string)),
                keyAttributes: keyAttributes
            ),
            let write = operation.plainWrite
        else { return nil }
        var found: Set<Int> = []
        func part(_ value: AttributeValue, _ known: String) -> Part {
            let part = Part(value, known, markers)
            if let number = part.valueNumber { found.insert(number) }
            return part
        }
        func change(
            _ kind: ItemForm.Kind,
            _ attributes: [(name: String, value: AttributeValue)],
            _ removed: [String] = []
        ) -> Change {
            .write(
                ItemForm(kind, fields: attributes.map(\.name), removed: removed),
                attributes.map { part($0.value, $0.value.stored) }
            )
        }
        table = operation.key.table
        id = part(operation.keyValue, operation.key.id)
        switch write {
        case .put(let attributes):
            guard ItemOperation.size(of: attributes) <= Self.most * Self.longest else { return nil }
            self.change = change(.put, attributes)
        case .update(let set, let remove): self.change = change(.update, set, remove)
        case .delete: self.change = .delete
        }
        valueCount = payload.valueCount
        guard found.count == valueCount, valueCount <= Self.most else { return nil }
    }

    /// The write of one execution; `nil` where its parameters have to be read after all.
    ///
    /// - Parameter values: What was looked up for them.
    func effect(_ values: [JSON]) -> ItemEffect? {
        guard values.count == valueCount, let id = text(id, values), !id.isEmpty else { return nil }
        let key = ItemKey(table: table, id: id)
        switch change {
        case .write(let form, let parts): return stored(parts, values).map { .write(key, form, values: $0) }
        case .delete: return .delete(key)
        }
    }

    private func stored(_ parts: [Part], _ values: [JSON]) -> [String]? {
        var stored: [String] = []
        stored.reserveCapacity(parts.count)
        for part in parts {
            guard let text = text(part, values) else { return nil }
            switch part {
            case .known: stored.append(text)
            case .text: stored.append(AttributeValue.string(text).stored)
            case .number: stored.append(AttributeValue.number(text).stored)
            }
        }
        return stored
    }

    private func text(_ part: Part, _ values: [JSON]) -> String? {
        guard let number = part.valueNumber else { if case .known(let text) = part { return text } else { return nil } }
        guard let text = values[number].stringValue, text.utf8.count <= Self.longest else { return nil }
        if case .number = part { return try? DecimalText.canonical(text) }
        return text
    }
}
