import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL
import Waitable
import WaitableHTTP

/// How a server listens, and whether it may.
struct Listening {
    /// What has to be said so that a server listens on more than loopback without credentials.
    static let words = "anyone-may-start-and-stop"

    let host: String
    /// The names under which it may be called without credentials.
    let hosts: TrustedHosts
    /// What callers show to be let in, in words.
    private let credentials: String
    private let hasCredentials: Bool
    private let tls: TLSConfiguration?

    /// - Parameters:
    ///   - host: The address.
    ///   - setting: Where the address comes from.
    /// - Throws: ``SettingError`` where everybody on a network could do everything, and nobody said so; and for
    ///   certificates that cannot be used.
    init(on host: String, _ setting: Setting, settings: Settings) throws(SettingError) {
        self.host = host
        hasCredentials = settings.hasCredentials
        let kinds = [
            settings.tokensFile.map { _ in "bearer tokens" }, settings.accessKeysFile.map { _ in "AWS access keys" },
        ]
        credentials = hasCredentials ? kinds.compactMap(\.self).joined(separator: ", ") : "none"
        hosts = TrustedHosts(
            settings.allowedHosts + [URLHost(host[...])].compactMap(\.self),
            trustsBareNames: settings.isInsecure
        )
        guard hasCredentials || settings.isInsecure || Self.isLoopback(host) else {
            throw SettingError(
                setting,
                "must be 127.0.0.1, ::1 or localhost while no credentials are configured; set"
                    + " \(Setting.tokensFile.environment) or \(Setting.accessKeysFile.environment), or say"
                    + " \(Setting.insecure.environment)=\(Self.words)",
                host
            )
        }
        tls = try Self.tls(settings)
    }

    var scheme: String { tls == nil ? "http" : "https" }

    /// Where it listens and what access is in force, for the log.
    func metadata(port: Int) -> Logger.Metadata {
        [
            "host": "\(host)", "port": "\(port)", "scheme": "\(scheme)", "tls": "\(tls == nil ? "off" : "on")",
            "credentials": "\(credentials)",
        ]
    }

    /// What an operator should know about it, if anything.
    var warning: String? {
        guard !Self.isLoopback(host) else { return nil }
        if !hasCredentials { return "no credentials are configured: anyone who can connect may do what is served here" }
        return tls == nil ? "credentials travel in clear: there is no TLS on an address that is not loopback" : nil
    }

    func server() throws -> HTTPServerBuilder {
        let http = HTTPServerBuilder.http1(within: ConnectionLimits())
        guard let tls else { return http }
        return try .tls(http, tlsConfiguration: tls)
    }

    static func isLoopback(_ host: String) -> Bool {
        if ["localhost", "::1"].contains(host.lowercased()) { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return parts.count == 4 && parts[0] == 127 && !parts.contains(nil)
    }

    private static func tls(_ settings: Settings) throws(SettingError) -> TLSConfiguration? {
        guard let certificate = settings.tlsCertificate else {
            guard settings.tlsKey == nil else {
                throw SettingError(.tlsCertificate, "must be given with \(Setting.tlsKey.environment)", nil)
            }
            return nil
        }
        guard let key = settings.tlsKey else {
            throw SettingError(.tlsKey, "must be given with \(Setting.tlsCertificate.environment)", nil)
        }
        let chain = try read(.tlsCertificate, certificate) { try NIOSSLCertificate.fromPEMFile(certificate) }
        guard !chain.isEmpty else {
            throw SettingError(.tlsCertificate, "must be a PEM file with a certificate", certificate)
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(try read(.tlsKey, key) { try NIOSSLPrivateKey(file: key, format: .pem) })
        )
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        // Fails now, and not at the first handshake, where the two do not belong together.
        _ = try read(.tlsKey, key) { try NIOSSLContext(configuration: configuration) }
        return configuration
    }

    private static func read<Content>(
        _ setting: Setting,
        _ path: String,
        _ body: () throws -> Content
    ) throws(SettingError) -> Content {
        do {
            return try body()
        } catch {
            throw SettingError(setting, "must be a PEM file that can be used (\(error))", path)
        }
    }
}
