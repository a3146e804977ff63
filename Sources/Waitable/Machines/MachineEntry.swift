package import StatesLanguage

/// Everything that the registry knows of one state machine, changed as one.
package struct MachineEntry: Sendable, Equatable {
    /// The machine; `nil` where there is none of that name.
    package var record: MachineRecord?
    /// Its published versions, the first one first.
    package var versions: [MachineVersion]
    /// Its aliases, in the order of their creation.
    package var aliases: [MachineAlias]
    /// A revision that the change brings with it, to be kept under its hash.
    package var newRevision: Revision?

    /// Reads the stored forms: of the record, the versions and the aliases, in this order.
    package init(name: String, texts: [String?]) {
        let values = texts.map { text in text.flatMap { try? JSON(parsing: $0) } }
        record = values[0].flatMap { MachineRecord(name: name, json: $0) }
        versions = (values[1]?.arrayValue ?? []).compactMap(MachineVersion.init(json:))
        aliases = (values[2]?.arrayValue ?? []).compactMap(MachineAlias.init(json:))
    }

    /// The stored forms, `nil` for what is not kept.
    package var texts: [String?] {
        [
            record?.json.text,
            versions.isEmpty ? nil : JSON.array(versions.map(\.json)).text,
            aliases.isEmpty ? nil : JSON.array(aliases.map(\.json)).text,
        ]
    }

    /// Publishes the current revision: a new version, or the last one where nothing has changed since.
    package mutating func publish(description: String?, at now: Instant) -> MachineVersion? {
        guard let record else { return nil }
        if let last = versions.last, last.revision == record.revision { return last }
        let version = MachineVersion(
            number: record.lastVersion + 1,
            revision: record.revision,
            creationDate: now,
            description: description
        )
        versions.append(version)
        self.record?.lastVersion = version.number
        return version
    }

    /// The aliases that route to a version.
    package func aliases(of version: Int) -> [MachineAlias] {
        aliases.filter { $0.routes.contains { $0.version == version } }
    }
}
