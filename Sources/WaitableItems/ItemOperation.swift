package import JSONValues

/// A validated operation on one item.
package struct ItemOperation: Sendable {
    enum Change: Sendable {
        /// The attributes in the caller's order, the key among them.
        case put([(name: String, value: AttributeValue)])
        case update(Update)
        case delete
        /// The wanted parts; `nil` for all.
        case get([DocumentPath]?)
    }

    /// The largest item, in bytes.
    package static let largestItem = 409_600

    /// The item.
    package let key: ItemKey
    let keyName: String
    /// The value of the key attribute.
    package let keyValue: AttributeValue
    var change: Change
    var condition: ConditionExpression?
    var returnValues: String

    /// Reads and checks a task's parameters.
    ///
    /// - Parameter action: One of those about one item.
    /// - Throws: An ``ItemProblem`` in DynamoDB's or Step Functions' words.
    package init(_ action: ItemOperationName, parameters: JSON, keyAttributes: KeyAttributes) throws(ItemProblem) {
        let fields = try ParameterFields(parameters, action)
        let table = try fields.table()
        guard keyAttributes.contains(table) else {
            throw .service(code: "ResourceNotFoundException", message: "Requested resource not found")
        }
        let expressions = try ItemExpressions(fields, action)
        let update = expressions.update
        returnValues = expressions.returnValues
        condition = expressions.condition

        let field = action == .putItem ? "Item" : "Key"
        let attributes = try fields.attributes(field)
        let names = attributes.map(\.name)
        guard let keyName = keyAttributes.name(in: table, among: names), action == .putItem || names.count == 1 else {
            throw .validation(
                action == .putItem
                    ? "One or more parameter values were invalid: "
                        + "Missing the key \(keyAttributes.name(in: table)) in the item"
                    : "The provided key element does not match the schema"
            )
        }
        let keyValue = attributes[names.firstIndex(of: keyName) ?? 0].value
        key = ItemKey(table: table, id: try Self.keyText(keyValue, keyName))
        self.keyName = keyName
        self.keyValue = keyValue

        switch action {
        case .putItem:
            guard Self.size(of: attributes) <= Self.largestItem else {
                throw .validation("Item size has exceeded the maximum allowed size")
            }
            change = .put(attributes)
        case .updateItem:
            for path in update.paths where path.attribute == keyName {
                throw .validation(
                    "One or more parameter values were invalid: Cannot update attribute \(keyName). "
                        + "This attribute is part of the key"
                )
            }
            change = .update(update)
        case .getItem: change = .get(expressions.projection)
        case .deleteItem: change = .delete
        default: throw .parameters("The operation \(action.rawValue) is not about one item")
        }
    }

    /// The size in bytes by which DynamoDB limits items.
    package static func size(of attributes: [(name: String, value: AttributeValue)]) -> Int {
        attributes.reduce(0) { $0 + $1.name.utf8.count + $1.value.size }
    }

    private static func keyText(_ value: AttributeValue, _ name: String) throws(ItemProblem) -> String {
        let text: String
        switch value {
        case .string(let value), .number(let value), .binary(let value): text = value
        default:
            throw .validation(
                "One or more parameter values were invalid: Type mismatch for key \(name) "
                    + "expected: S actual: \(value.typeName)"
            )
        }
        guard !text.isEmpty else {
            throw .validation(
                "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain "
                    + "an empty string value. Key: \(name)"
            )
        }
        guard text.utf8.count <= 2_048 else {
            throw .validation(
                "One or more parameter values were invalid: "
                    + "Size of hashkey has exceeded the maximum size limit of2048 bytes"
            )
        }
        return text
    }

    /// Whether it may take an item beyond DynamoDB's limit: what is put is measured here, but what an update adds to is in
    /// Redis, which then evaluates it.
    package var mayOutgrow: Bool {
        guard case .update(let attributes, _)? = plainWrite else { return false }
        return Self.size(of: attributes) > Self.smallUpdate
    }

    /// The most bytes that an update may add to an item without a look at its size.
    static let smallUpdate = 4_096

    /// Whether it puts an item, or may make one much larger: a small update does not, as it is what lets work end.
    ///
    /// - Parameter bytes: The size of its program.
    package func makesNew(_ bytes: Int) -> Bool {
        switch change {
        case .put: true
        case .update(let update): bytes > Self.smallUpdate || update.assignments.contains { $0.operand.copies }
        case .get, .delete: false
        }
    }

    /// A write whose outcome is known beforehand.
    package enum PlainWrite {
        /// The attributes, the key among them.
        case put([(name: String, value: AttributeValue)])
        /// The attributes to set, the key first, and the names of those to remove.
        case update(set: [(name: String, value: AttributeValue)], remove: [String])
        case delete
    }

    /// What is written, where its outcome is known beforehand; `nil` where only Redis can tell it.
    package var plainWrite: PlainWrite? {
        guard condition == nil, returnValues == "NONE" else { return nil }
        switch change {
        case .put(let attributes): return .put(attributes)
        case .delete: return .delete
        case .get: return nil
        case .update(let update):
            guard update.additions.isEmpty, update.deletions.isEmpty, update.removals.allSatisfy(\.isTopLevel) else {
                return nil
            }
            var attributes = [(name: keyName, value: keyValue)]
            for (path, operand) in update.assignments {
                guard path.isTopLevel, case .value(let value) = operand else { return nil }
                attributes.append((path.attribute, value))
            }
            return .update(set: attributes, remove: update.removals.map(\.attribute))
        }
    }

    /// The effect of a plain write.
    package var plainEffect: ItemEffect? {
        plainWrite.map { write in
            switch write {
            case .put(let attributes): effect(.put, attributes)
            case .update(let set, let remove): effect(.update, set, remove)
            case .delete: .delete(key)
            }
        }
    }

    private func effect(
        _ kind: ItemForm.Kind,
        _ attributes: [(name: String, value: AttributeValue)],
        _ removed: [String] = []
    ) -> ItemEffect {
        let form = ItemForm(kind, fields: attributes.map(\.name), removed: removed)
        return .write(key, form, values: attributes.map(\.value.stored))
    }
}
