import Algorithms
import Foundation

/// The environment's names that begin with `WAITABLE_`: each is a setting, or it is somebody else's.
enum SettingEnvironment {
    private static let prefix = "WAITABLE_"
    /// The name of the configuration file's path.
    static let configurationFile = "WAITABLE_CONFIG"
    /// What the build and docker-compose.yml read, and no process.
    private static let others = ["WAITABLE_WARNINGS_AS_ERRORS", "WAITABLE_IMAGE", "WAITABLE_PUBLISHED_PORT"]

    /// The settings of an environment, without what Kubernetes puts there under the same names.
    ///
    /// - Throws: ``UnknownSettingError`` for names that nobody reads: what they were to set would silently be missing.
    static func settings(
        in environment: [String: String]  // own words
    ) throws(UnknownSettingError) -> [String: String] {  // own words
        let given = environment.filter { $0.key.hasPrefix(prefix) && !isOfKubernetes($0.key, $0.value) }
        let known = Setting.all.map(\.environment) + [configurationFile]
        if let error = UnknownSettingError(given.keys.filter { !others.contains($0) }, known: known, prefix: prefix) {
            throw error
        }
        return given
    }

    /// Whether Kubernetes gives this name to every container, where there is a Service `waitable` or `waitable-…`.
    private static func isOfKubernetes(_ name: String, _ value: String) -> Bool {
        let parts = name.split(separator: "_")
        let isPort = parts.last == "PORT" && ["tcp://", "udp://", "sctp://"].contains { value.hasPrefix($0) }
        let isOfPort = parts.adjacentPairs().contains { part, next in
            part == "SERVICE" && ["HOST", "PORT"].contains(next) || part == "PORT" && UInt16(next) != nil
        }
        return isPort || isOfPort
    }
}
