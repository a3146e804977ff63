import Waitable

/// The Lua library `waitable`: its text, and how it gets into a Redis.
public enum FunctionLibrary {
    /// The library's text, as `FUNCTION LOAD` takes it.
    public static let source = heading + files.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")

    /// What stands before the files: the library's name, and the limits that it shares with the processes.
    private static let heading: String = {
        let limits = Limits.all.map { "\($0.key) = \($0.value)" }.joined(separator: ", ")
        return "#!lua name=waitable\nlocal LIMITS = {\(limits)}\n"
    }()

    private static let files = [
        PackageResources.waitable_lua, PackageResources.entries_lua, PackageResources.instants_lua,
        PackageResources.decimals_lua, PackageResources.items_lua, PackageResources.sleepers_lua,
        PackageResources.workers_lua, PackageResources.registry_lua,
        PackageResources.pausing_lua, PackageResources.setbacks_lua, PackageResources.listing_lua,
        PackageResources.tasks_lua, PackageResources.doctor_lua,
    ]

    /// The version that the text names, in a line `local VERSION = '…'`. It grows by one with each change.
    public static let version: Int = {
        let marker = "local VERSION = '"
        guard let start = source.firstRange(of: marker)?.upperBound else { return 0 }
        return Int(source[start...].prefix { $0 != "'" }) ?? 0
    }()
}
