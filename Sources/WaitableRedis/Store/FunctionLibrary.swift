import Waitable

/// The Lua library `waitable`: its text, and how it gets into a Redis.
package enum FunctionLibrary {
    /// The name by which Redis knows it.
    package static let name = "waitable"

    /// The library's text, as `FUNCTION LOAD` takes it: one chunk, in which the files of the folder `Functions` are modules. As
    /// always in Lua, a file returns what others get by `require`, and runs when it is first asked for.
    package static let source =
        heading + modules.map(text(of:)).joined() + modules.map { "require '\($0.name)'\n" }.joined()

    /// What stands before the modules: the library's name, Lua's `require`, and the limits that it shares with the processes.
    private static let heading: String = {
        let limits = Limits.all.map { "\($0.key) = \($0.value)" }.joined(separator: ", ")
        return """
            #!lua name=\(name)
            local loaded, preload = {limits = {\(limits)}}, {}
            local function require(name)
                if loaded[name] == nil then loaded[name] = preload[name]() or true end
                return loaded[name]
            end

            """
    }()

    private static func text(of module: (name: String, text: [UInt8])) -> String {
        "preload['\(module.name)'] = function()\n\(String(decoding: module.text, as: UTF8.self))end\n"
    }

    /// Every file of the folder `Functions`.
    private static let modules: [(name: String, text: [UInt8])] = [
        ("activities", PackageResources.activities_lua), ("arguments", PackageResources.arguments_lua),
        ("base64", PackageResources.base64_lua), ("batches", PackageResources.batches_lua),
        ("call", PackageResources.call_lua), ("changes", PackageResources.changes_lua),
        ("children", PackageResources.children_lua),
        ("claims", PackageResources.claims_lua), ("clock", PackageResources.clock_lua),
        ("closing", PackageResources.closing_lua), ("commands", PackageResources.commands_lua),
        ("commits", PackageResources.commits_lua), ("compact", PackageResources.compact_lua),
        ("conditions", PackageResources.conditions_lua), ("decimals", PackageResources.decimals_lua),
        ("delivery", PackageResources.delivery_lua), ("doctor", PackageResources.doctor_lua),
        ("documents", PackageResources.documents_lua), ("dropping", PackageResources.dropping_lua),
        ("effects", PackageResources.effects_lua), ("entries", PackageResources.entries_lua),
        ("feed", PackageResources.feed_lua), ("functions", PackageResources.functions_lua),
        ("inboxes", PackageResources.inboxes_lua),
        ("instants", PackageResources.instants_lua), ("items", PackageResources.items_lua),
        ("jobs", PackageResources.jobs_lua),
        ("leases", PackageResources.leases_lua), ("library", PackageResources.library_lua),
        ("listing", PackageResources.listing_lua), ("management", PackageResources.management_lua),
        ("memory", PackageResources.memory_lua), ("names", PackageResources.names_lua),
        ("ordering", PackageResources.ordering_lua),
        ("outbox", PackageResources.outbox_lua), ("pages", PackageResources.pages_lua),
        ("paths", PackageResources.paths_lua), ("pausing", PackageResources.pausing_lua),
        ("readings", PackageResources.readings_lua),
        ("redeliveries", PackageResources.redeliveries_lua), ("registry", PackageResources.registry_lua),
        ("repeated", PackageResources.repeated_lua), ("retention", PackageResources.retention_lua),
        ("rights", PackageResources.rights_lua), ("rows", PackageResources.rows_lua),
        ("setbacks", PackageResources.setbacks_lua), ("sleepers", PackageResources.sleepers_lua),
        ("slots", PackageResources.slots_lua),
        ("starts", PackageResources.starts_lua), ("strings", PackageResources.strings_lua),
        ("tables", PackageResources.tables_lua),
        ("texts", PackageResources.texts_lua), ("updates", PackageResources.updates_lua),
        ("values", PackageResources.values_lua), ("work", PackageResources.work_lua),
        ("workers", PackageResources.workers_lua),
        ("writes", PackageResources.writes_lua),
    ]

    /// The version that the text names, in a line `local VERSION = '…'`. It grows by one with each change.
    package static let version: Int = {
        let marker = "local VERSION = '"
        guard let start = source.firstRange(of: marker)?.upperBound else { return 0 }
        return Int(source[start...].prefix { $0 != "'" }) ?? 0
    }()
}
