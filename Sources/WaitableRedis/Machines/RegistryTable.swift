/// A table of the registry: a hash, name → JSON.
package enum RegistryTable: String, Sendable, CaseIterable {
    /// State machine → ``MachineRecord``.
    case machines
    /// State machine → its published versions.
    case versions
    /// State machine → its aliases.
    case aliases
    /// Resource → its tags.
    case tags
    /// Activity → its record.
    case activities
    /// Table of items → its ``TableRecord``.
    case tables
    /// State machine → the hash of the revision that was last deployed from a file of ingest's folder; `:default` → the
    /// default machine that a setting named last.
    case deployed
}

/// A change of one entry of the registry, from what was read to what shall be.
struct RegistryChange: Sendable {
    var table: RegistryTable
    var name: String
    /// The entry as it was read; `nil` where there was none.
    var before: String?
    /// The entry as it shall be; `nil` to remove it.
    var after: String?
}
