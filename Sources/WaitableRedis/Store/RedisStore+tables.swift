import RedisClient
package import StatesLanguage
package import Waitable

extension RedisStore {
    /// The declared table of a name, also one that is being deleted; `nil` where there is none.
    package func table(_ name: String) async throws(StoreError) -> TableRecord? {
        let text = try await send(RedisCommand("HGET", keys.registry(.tables), name)).string
        return Self.table(name, text)
    }

    /// All declared tables, by name, also those that are being deleted.
    package func tables() async throws(StoreError) -> [TableRecord] {
        let fields = try await send(RedisCommand("HGETALL", keys.registry(.tables))).pairs
        let records = fields.compactMap { name, record in
            name.string.flatMap { Self.table($0, record.string) }
        }
        return records.sorted { Spelling($0.name) < Spelling($1.name) }
    }

    /// The declared tables as steps need to know them.
    package func declaredTables() async throws(StoreError) -> DeclaredTables {
        var schemas: [Spelling: TableSchema] = [:]
        for table in try await tables() where !table.isLeaving { schemas[Spelling(table.name)] = table.schema }
        return DeclaredTables(schemas)
    }

    /// Declares a table, unless there is one of that name.
    ///
    /// - Returns: The table that there is now.
    package func create(_ table: TableRecord) async throws(StoreError) -> TableRecord {
        let new = RegistryChange(table: .tables, name: table.name, before: nil, after: table.json.text)
        while true {
            if try await enter([new], revision: nil) { return table }
            if let existing = try await self.table(table.name) {
                // Whoever declared it may have died before all partitions had it.
                try await copy([RegistryPlace(table: .tables, name: table.name)])
                return existing
            }
        }
    }

    /// Has operations find a table no more, so that its items can go.
    ///
    /// - Returns: The table; `nil` where there is none.
    package func beginDeletion(ofTable name: String) async throws(StoreError) -> TableRecord? {
        while let text = try await tableText(name) {
            guard var table = Self.table(name, text) else { return nil }
            table.isLeaving = true
            let change = RegistryChange(table: .tables, name: name, before: text, after: table.json.text)
            if try await enter([change], revision: nil) { return table }
        }
        return nil
    }

    /// Removes some items of a table that is being deleted, in this partition.
    ///
    /// - Returns: How many are left in it.
    package func dropItems(ofTable name: String, atMost most: Int = 500) async throws(StoreError) -> Int {
        let reply = try await call("waitable_drop", FunctionArguments(name, String(most)))
        guard let left = reply.integer else {
            throw .unexpectedReply(function: "waitable_drop", reply: "\(reply)")
        }
        return Int(left)
    }

    /// Takes a table that is being deleted, and whose items are gone, out of the registry.
    package func endDeletion(ofTable name: String) async throws(StoreError) {
        while let text = try await tableText(name), Self.table(name, text)?.isLeaving ?? true {
            let change = RegistryChange(table: .tables, name: name, before: text, after: nil)
            if try await enter([change], revision: nil) { return }
        }
    }

    /// What a call that reads a part of a query, a scan or a batch came to.
    package enum TablePart: Sendable {
        /// The outcome of its program.
        case outcome(JSON)
        /// A scan has found nothing in this partition, and goes on in another one.
        case forward(Int)
    }

    /// Reads a part of a query, a scan or a batch of declared tables.
    ///
    /// - Parameter program: As ``UnfinishedReading/program`` has it.
    package func read(_ program: String) async throws(StoreError) -> TablePart {
        let reply = try await call("waitable_read_part", FunctionArguments(program))
        if let outcome = reply.bytes.flatMap({ try? JSON(parsing: $0) }) { return .outcome(outcome) }
        guard let next = reply.array?.first?.string.flatMap({ Int($0) }) else {
            throw .unexpectedReply(function: "waitable_read_part", reply: "\(reply)")
        }
        return .forward(next)
    }

    private func tableText(_ name: String) async throws(StoreError) -> String? {
        try await send(RedisCommand("HGET", keys.registry(.tables), name)).string
    }

    private static func table(_ name: String, _ text: String?) -> TableRecord? {
        text.flatMap { try? JSON(parsing: $0) }.flatMap { TableRecord(name: name, json: $0) }
    }
}
