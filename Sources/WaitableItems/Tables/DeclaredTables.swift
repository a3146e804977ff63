/// The tables that are declared, as a process knows them.
package struct DeclaredTables: Sendable, Equatable {
    private let schemas: [Spelling: TableSchema]

    /// Tables by their names.
    package init(_ schemas: [Spelling: TableSchema] = [:]) { self.schemas = schemas }

    /// Whether there are none.
    package var isEmpty: Bool { schemas.isEmpty }

    /// The key of a table; `nil` where it is not declared.
    package subscript(table: String) -> TableSchema? { schemas[Spelling(table)] }
}
