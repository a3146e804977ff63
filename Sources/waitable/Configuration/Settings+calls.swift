import Foundation
import WaitableWorker

extension Settings {
    /// What tasks may call.
    static func calls(_ source: SettingSource) throws(SettingError) -> CallConfiguration {
        var functions: [Spelling: String] = [:]
        for entry in try source.optional(.functions)?.split(separator: ",") ?? [] {
            let parts = entry.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, isURL(parts[1].replacing("{name}", with: "name")) else {
                throw SettingError(.functions, "must be name=url,name=url with http or https URLs", String(entry))
            }
            functions[parts[0]] = parts[1]
        }
        let hosts = try source.optional(.httpHosts)?.split(separator: ",").map(String.init) ?? []
        for host in hosts where host.contains("/") || host.contains(" ") {
            throw SettingError(.httpHosts, "must be host,*.host,host:port, without a scheme or a path", host)
        }
        return CallConfiguration(
            functions: functions,
            hosts: hosts,
            limit: try source.integer(.callLimit, 1...10_000)
        )
    }

    private static func isURL(_ text: String) -> Bool {
        guard let url = URL(string: text), url.host != nil else { return false }
        return url.scheme == "http" || url.scheme == "https"
    }
}
