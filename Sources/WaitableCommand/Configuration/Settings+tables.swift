import Waitable

extension Settings {
    /// The tables that ingest declares.
    static func tables(_ source: SettingSource) throws(SettingError) -> [(name: String, schema: TableSchema)] {
        var tables: [(name: String, schema: TableSchema)] = []
        for entry in try source.optional(.tables)?.split(separator: ";") ?? [] {
            let parts = entry.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else {
                throw SettingError(.tables, "must be name=partitionKey:TYPE,sortKey:TYPE;name=…", String(entry))
            }
            if let problem = TableName.problem(with: parts[0]) {
                throw SettingError(.tables, "names \(problem)", parts[0])
            }
            guard !tables.contains(where: { $0.name == parts[0] }) else {
                throw SettingError(.tables, "must name each table once", parts[0])
            }
            do throws(TableSchemaError) {
                tables.append((parts[0], try TableSchema(parts[1])))
            } catch {
                throw SettingError(.tables, error.rule, parts[1])
            }
        }
        return tables
    }
}
