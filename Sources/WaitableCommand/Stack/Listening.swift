import Foundation
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOPosix
import Synchronization
import Waitable
import WaitableHTTP

/// How a server listens, and whether it may.
struct Listening {
    /// What has to be said so that a server listens on more than loopback without credentials.
    static let words = "anyone-may-start-and-stop"

    let host: String
    /// The names under which it may be called without credentials.
    let hosts: TrustedHosts
    let port: Int
    /// The most connections at once.
    private let connections: Int
    /// What it shows of itself; `nil` for plain HTTP.
    let certificate: ServerCertificate?
    /// What callers show to be let in, in words.
    private let credentials: String
    private let hasCredentials: Bool
    private let hostSetting: Setting
    private let portSetting: Setting
    private let ending = Ending()

    /// Whether the server has to end.
    private final class Ending: Sendable {
        let isTold = Atomic(false)
    }

    /// - Parameters:
    ///   - address: The address, and where it comes from.
    ///   - port: The port, and where it comes from.
    /// - Throws: ``SettingError`` where everybody on a network could do everything, and nobody said so; and for
    ///   certificates that cannot be used.
    init(
        on address: (host: String, setting: Setting),
        port: (number: Int, setting: Setting),
        settings: Settings,
        logger: Logger
    ) throws(SettingError) {
        host = address.host
        self.port = port.number
        hostSetting = address.setting
        portSetting = port.setting
        hasCredentials = settings.hasCredentials
        let kinds = [
            settings.tokensFile.map { _ in "bearer tokens" }, settings.accessKeysFile.map { _ in "AWS access keys" },
        ]
        credentials = hasCredentials ? kinds.compactMap(\.self).joined(separator: ", ") : "none"
        hosts = TrustedHosts(
            settings.allowedHosts,
            ownName: URLHost(host[...]),
            trustsBareNames: settings.isInsecure
        )
        guard hasCredentials || settings.isInsecure || Self.isLoopback(host) else {
            throw SettingError(
                address.setting,
                "must be 127.0.0.1, ::1 or localhost while no credentials are configured; set"
                    + " \(Setting.tokensFile.environment) or \(Setting.accessKeysFile.environment), or say"
                    + " \(Setting.insecure.environment)=\(Self.words)",
                host
            )
        }
        connections = try FileLimit.connections(settings.connectionLimit)
        certificate = try ServerCertificate.named(by: settings, logger: logger)
    }

    var scheme: String { certificate == nil ? "http" : "https" }

    /// Where it listens and what access is in force, for the log.
    private func metadata(port: Int) -> Logger.Metadata {
        [
            "host": "\(host)", "port": "\(port)", "scheme": "\(scheme)", "tls": "\(certificate == nil ? "off" : "on")",
            "credentials": "\(credentials)",
        ]
    }

    /// What an operator should know about it, if anything.
    private var warning: String? {
        guard !Self.isLoopback(host) else { return nil }
        if !hasCredentials { return "no credentials are configured: anyone who can connect may do what is served here" }
        return certificate == nil
            ? "credentials travel in clear: there is no TLS on an address that is not loopback" : nil
    }

    /// The log of the server.
    func serverLogger(_ logger: Logger) -> Logger {
        Logger(label: logger.label) { [ending] _ in
            ServerLogHandler(logger.handler) { ending.isTold.load(ordering: .relaxed) }
        }
    }

    /// Takes note that the server has to end.
    func end() { ending.isTold.store(true, ordering: .relaxed) }

    /// Sees to a channel that listens, and says that it does.
    func started(_ process: String, _ channel: any Channel, logger: Logger) {
        AcceptPauseHandler.add(to: channel, logger: logger)
        logger.notice("\(process) listens", metadata: metadata(port: channel.localAddress?.port ?? 0))
        if let warning { logger.warning("\(warning)") }
    }

    func server() throws -> HTTPServerBuilder {
        var limits = ConnectionLimits()
        limits.connections = connections
        let http = HTTPServerBuilder.http1(within: limits)
        guard let certificate else { return http }
        return try .tls(http, tlsConfiguration: certificate.configuration)
    }

    static func isLoopback(_ host: String) -> Bool {
        if ["localhost", "::1"].contains(host.lowercased()) { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return parts.count == 4 && parts[0] == 127 && !parts.contains(nil)
    }

    /// Looks whether it can listen, before anything else is begun.
    ///
    /// - Throws: ``SettingError`` naming the setting that mends it.
    func check() async throws {
        do {
            try await FreePort.bind(host, port)
        } catch {
            throw problem(with: error) ?? error
        }
    }

    /// What stands in the way of listening, by the setting that mends it; `nil` for an error of another kind.
    func problem(with error: any Error) -> SettingError? {
        Self.problem(with: error, host: (host, hostSetting), port: (port, portSetting))
    }

    /// What stands in the way of listening somewhere.
    static func problem(
        with error: any Error,
        host: (name: String, setting: Setting),
        port: (number: Int, setting: Setting)
    ) -> SettingError? {
        if error is SocketAddressError.UnknownHost || error is NIOConnectionError {
            return SettingError(host.setting, "must be an address or a name of this machine", host.name)
        }
        guard let error = error as? IOError else { return nil }
        let number = "\(port.number)"
        switch error.errnoCode {
        case EADDRINUSE:
            return SettingError(port.setting, "must be a port of \(host.name) that nothing else listens on", number)
        case EACCES, EPERM:
            return SettingError(port.setting, "must be a port that this user may listen on: 1024 or above", number)
        case EADDRNOTAVAIL, EAFNOSUPPORT:
            return SettingError(host.setting, "must be an address of this machine", host.name)
        default: return nil
        }
    }
}
