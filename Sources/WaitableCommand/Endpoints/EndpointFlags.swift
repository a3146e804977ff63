import ArgumentParser
import WaitableRedis

/// The flags of a command that works on Redis directly, or on an ingest.
struct EndpointFlags: ParsableArguments {
    @Option(name: .customLong("url"), help: .init(Setting.url))
    var url: String?
    @Option(name: .customLong("url-ca"), help: .init(Setting.urlCA))
    var urlCA: String?
    @OptionGroup var settings: SettingFlags

    /// Runs something with the endpoint that the settings name: an ingest where there is a URL, else Redis.
    ///
    /// - Throws: `NamespaceIdentityError` where the namespace on Redis has another region or account than the settings.
    func with<Result: Sendable>(
        _ process: String,
        _ body: @Sendable @escaping (any Endpoint) async throws -> Result
    ) async throws -> Result {
        let settings = try Settings(flags: settings, more: [(.url, url), (.urlCA, urlCA)], process: process)
        return try await settings.use { settings in try await with(settings, body) }
    }

    private func with<Result: Sendable>(
        _ settings: Settings,
        _ body: @Sendable @escaping (any Endpoint) async throws -> Result
    ) async throws -> Result {
        if let url = settings.url {
            return try await IngestEndpoint.with(url: url, authorities: settings.urlCA, token: settings.token, body)
        }
        return try await Connection.with(settings) { partitions in
            let endpoint = RedisEndpoint(partitions: partitions, settings: settings)
            try await endpoint.identity.verify()
            return try await body(endpoint)
        }
    }
}
