/// Which attribute is the key of each table. Redis has no tables to ask.
package struct KeyAttributes: Sendable, Equatable {
    /// Tables whose key attribute is declared.
    package var tables: [Spelling: String]
    /// The key attribute of the other tables. There, a name that differs only in case will do.
    package var standard: String
    /// Whether only the declared tables exist.
    package var isClosed: Bool

    /// Key attributes.
    ///
    /// - Parameters:
    ///   - tables: Tables whose key attribute is declared, by name.
    ///   - standard: The key attribute of the other tables.
    ///   - isClosed: Whether an operation on a table that is not declared fails, as for one that does not exist.
    package init(tables: [Spelling: String] = [:], standard: String = "Id", isClosed: Bool = false) {
        self.tables = tables
        self.standard = standard
        self.isClosed = isClosed
    }

    /// The name of the key attribute among an item's attributes; `nil` where none of them is it.
    func name(in table: String, among attributes: some Collection<String>) -> String? {
        if let declared = tables[table] { return attributes.contains(declared) ? declared : nil }
        if attributes.contains(standard) { return standard }
        let lowercased = standard.lowercased()
        return attributes.filter { $0.lowercased() == lowercased }.min()
    }

    /// The name of the key attribute, for errors.
    func name(in table: String) -> String { tables[table] ?? standard }

    func contains(_ table: String) -> Bool { !isClosed || tables[table] != nil }
}
