import Foundation

/// The environment's names that begin with `WAITABLE_`: each is a setting, or it is somebody else's.
enum SettingEnvironment {
    private static let prefix = "WAITABLE_"
    /// The name of the configuration file's path.
    static let configurationFile = "WAITABLE_CONFIG"
    /// What the build and docker-compose.yml read, and no process.
    private static let others = ["WAITABLE_WARNINGS_AS_ERRORS", "WAITABLE_IMAGE", "WAITABLE_PUBLISHED_PORT"]

    /// - Throws: ``UnknownSettingError`` for names that nobody reads: what they were to set would silently be missing.
    static func check(_ environment: [String: String]) throws(UnknownSettingError) {  // own words
        let given = environment.filter { $0.key.hasPrefix(prefix) && !isOfKubernetes($0.key, $0.value) }.map(\.key)
        let known = Setting.all.map(\.environment) + [configurationFile]
        if let error = UnknownSettingError(given.filter { !others.contains($0) }, known: known) { throw error }
    }

    /// Whether Kubernetes gives this name to every container, where there is a Service `waitable` or `waitable-…`.
    private static func isOfKubernetes(_ name: String, _ value: String) -> Bool {
        let parts = name.split(separator: "_")
        let isPort = parts.last == "PORT" && value.contains("://")
        let isOfPort = zip(parts, parts.dropFirst()).contains { part, next in
            part == "SERVICE" && ["HOST", "PORT"].contains(next) || part == "PORT" && UInt16(next) != nil
        }
        return isPort || isOfPort
    }
}
