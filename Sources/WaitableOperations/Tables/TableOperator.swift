package import Waitable
package import WaitableRedis

/// What an operator does with declared tables.
package struct TableOperator: Sendable {
    private let partitions: Partitions
    private let itemTable: String
    private var store: RedisStore { partitions.home }

    /// An operator of a namespace.
    ///
    /// - Parameter itemTable: The table of the items that `POST /` starts; their key is `Id`.
    package init(partitions: Partitions, itemTable: String) {
        self.partitions = partitions
        self.itemTable = itemTable
    }

    /// All tables, by name.
    package func list() async throws(StoreError) -> [TableDescription] {
        let now = try await store.now()
        return try await store.tables().map { TableDescription($0, at: now) }
    }

    /// Declares a table. A table of that name with the same key is as good. Every process knows it as soon as it is described
    /// as active.
    ///
    /// - Throws: ``ManagementError`` where there is one with another key, or one that is being deleted; `FieldError` for a name
    ///   that is none.
    package func create(_ name: String, _ schema: TableSchema) async throws -> TableDescription {
        if let problem = TableName.problem(with: name) { throw FieldError(field: "name", rule: problem, value: name) }
        let own = TableSchema(partitionKey: .init(name: "Id", type: .string))
        guard name != itemTable || schema == own else {
            throw FieldError(
                field: "key",
                rule: "must be \(own.text) for the table '\(name)', which has the items that are started here",
                value: schema.text
            )
        }
        let now = try await store.now()
        let table = try await store.create(TableRecord(name: name, schema: schema, creationDate: now))
        if table.isLeaving {
            throw ManagementError.conflict(
                "TableBeingDeleted",
                "The table '\(name)' is being deleted. Delete it again to see that to its end, then create it.",
                table: name
            )
        }
        guard table.schema == schema else {
            throw ManagementError.conflict(
                "TableExists",
                "The table '\(name)' has another key: \(table.schema.text). Delete it first, with its items.",
                table: name
            )
        }
        return TableDescription(table, at: now)
    }

    /// Deletes a table with its items. Where it breaks off, the same again goes on.
    ///
    /// - Throws: ``ManagementError`` where there is none of that name.
    package func delete(_ name: String) async throws -> TableDescription {
        guard let table = try await store.beginDeletion(ofTable: name) else {
            throw ManagementError(
                kind: .notFound,
                code: "TableNotFound",
                message: "There is no table '\(name)'.",
                field: "name",
                value: name
            )
        }
        for partition in partitions.stores {
            while try await partition.dropItems(ofTable: name) > 0 { try Task.checkCancellation() }
        }
        try await store.endDeletion(ofTable: name)
        return TableDescription(table, at: try await store.now())
    }
}

extension ManagementError {
    fileprivate static func conflict(_ code: String, _ message: String, table: String) -> ManagementError {
        ManagementError(kind: .conflict, code: code, message: message, field: "name", value: table)
    }
}
