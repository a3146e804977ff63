import Foundation
import Waitable
import WaitableWorker

extension Settings {
    /// What workers call whose settings are those of a command.
    static func calls(file: String?) throws -> CallConfiguration {
        let source = try SettingSource(flags: [], file: file)
        do throws(SettingError) {
            return try calls(source)
        } catch {
            throw error.located(in: source.file(of: error.setting))
        }
    }

    /// What tasks may call.
    static func calls(_ source: SettingSource) throws(SettingError) -> CallConfiguration {
        var functions: [FunctionName: FunctionURL] = [:]
        var others: FunctionURL?
        for entry in try source.optional(.functions)?.split(separator: ",") ?? [] {
            let parts = entry.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let url = FunctionURL(parts[1]) else {
                throw SettingError(
                    .functions,
                    "must be name=url,name=url with http or https URLs of plain hosts, without a user and a fragment",
                    // What stands before an @ may be a password.
                    entry.contains("@") ? nil : String(entry)
                )
            }
            if parts[0] == "*" {
                others = url
            } else if let name = FunctionName(parts[0]) {
                functions[name] = url
            } else {
                throw SettingError(.functions, "must have names of 1 to 64 letters, digits, '-' and '_'", parts[0])
            }
        }
        var hosts: [HostPattern] = []
        for text in try source.optional(.httpHosts)?.split(separator: ",").map(String.init) ?? [] {
            guard let host = HostPattern(text) else {
                throw SettingError(.httpHosts, "must be host,*.host,host:port, without a scheme or a path", text)
            }
            hosts.append(host)
        }
        return CallConfiguration(
            functions: functions,
            otherFunctions: others,
            hosts: hosts,
            adapters: try adapters(source),
            buckets: try buckets(source),
            storageCredentials: StorageCredentials(environment: ProcessInfo.processInfo.environment)  // AWS's own words
        )
    }

    /// Where buckets are.
    static func buckets(_ source: SettingSource) throws(SettingError) -> [Bucket] {
        var buckets: [Bucket] = []
        for entry in try source.optional(.buckets)?.split(separator: ",") ?? [] {
            let parts = entry.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let place = Bucket.Place(parts[1]) else {
                throw SettingError(
                    .buckets,
                    "must be name=place,name=place with places file:/folder, or URLs http://, https://, s3+http:// and "
                        + "s3+https:// of plain hosts, without a user, a query and a fragment",
                    // What stands before an @ may be a password.
                    entry.contains("@") ? nil : String(entry)
                )
            }
            guard let bucket = Bucket(name: parts[0], place) else {
                throw SettingError(
                    .buckets,
                    "must have names of 1 to 255 letters, digits, '-', '.' and '_', or *",
                    parts[0]
                )
            }
            guard !buckets.contains(where: { $0.name == bucket.name }) else {
                throw SettingError(.buckets, "must have each name once", bucket.name)
            }
            buckets.append(bucket)
        }
        return buckets
    }

    /// Checks that the folders of buckets are there. Only workers need them: other processes may run elsewhere.
    func checkBuckets() throws(SettingError) {
        for bucket in calls.buckets {
            guard case .folder(let path) = bucket.place, !bucket.place.isFolder else { continue }
            throw SettingError(.buckets, "must name folders that are there", path)
        }
    }

    /// What carries out tasks of services that are not run here.
    static func adapters(_ source: SettingSource) throws(SettingError) -> [Adapter] {
        var adapters: [Adapter] = []
        for entry in try source.optional(.integrations)?.split(separator: ",") ?? [] {
            let parts = entry.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let adapter = Adapter(prefix: parts[0], url: parts[1]) else {
                throw SettingError(
                    .integrations,
                    "must be prefix=url,prefix=url with http or https URLs of plain hosts, without a user and a fragment",
                    // What stands before an @ may be a password.
                    entry.contains("@") ? nil : String(entry)
                )
            }
            guard adapter.prefix.utf8.starts(with: Adapter.shortestPrefix.utf8) else {
                throw SettingError(
                    .integrations,
                    "must have prefixes that begin with \(Adapter.shortestPrefix)",
                    adapter.prefix
                )
            }
            guard !OutsideIntegration.isRunHere(prefix: adapter.prefix) else {
                throw SettingError(
                    .integrations,
                    "must not have prefixes of what Waitable runs itself (docs/tasks.md)",
                    adapter.prefix
                )
            }
            guard !adapters.contains(where: { $0.prefix.utf8.elementsEqual(adapter.prefix.utf8) }) else {
                throw SettingError(.integrations, "must have each prefix once", adapter.prefix)
            }
            adapters.append(adapter)
        }
        return adapters
    }

    /// Whom the change feed is sent to; `nil` for nobody.
    static func webhook(
        _ source: SettingSource,
        _ calls: CallConfiguration
    ) throws(SettingError) -> WebhookConfiguration? {
        let secret = try source.optional(.webhookSecret)
        let tries = try source.integer(.webhookTries, 1...1_000)
        guard let url = try source.optional(.webhookURL) else { return nil }
        let least = WebhookConfiguration.shortestSecret
        guard let secret, secret.utf8.count >= least else {
            throw SettingError(.webhookSecret, "must have at least \(least) bytes, with WAITABLE_WEBHOOK_URL", nil)
        }
        guard let webhook = WebhookConfiguration(url: url, secret: secret, tries: tries) else {
            throw SettingError(
                .webhookURL,
                "must be an http or https URL of a plain host, without a user and a fragment",
                url.contains("@") ? nil : url
            )
        }
        guard webhook.isAllowed(by: calls) else {
            throw SettingError(.webhookURL, "must be of a host that WAITABLE_HTTP_HOSTS allows", url)
        }
        return webhook
    }
}
