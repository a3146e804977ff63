import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle
import Synchronization
import Transport

/// The certificate that a server shows, and its private key: read again when a file changes, so that a renewed one is shown
/// to the connections that follow, without a restart.
///
/// What was last read holds on while the files are unusable, and the log says so.
final class ServerCertificate: Service {
    /// A certificate chain with its private key.
    private struct Pair {
        var chain: [NIOSSLCertificate]
        var key: NIOSSLPrivateKey

        /// What a handshake uses in place of the server's configuration.
        var override: NIOSSLContextConfigurationOverride {
            var override = NIOSSLContextConfigurationOverride()
            override.certificateChain = chain.map { .certificate($0) }
            override.privateKey = .privateKey(key)
            return override
        }

        /// The configuration of a server that shows it.
        var configuration: TLSConfiguration {
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) },
                privateKey: .privateKey(key)
            )
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = ["http/1.1"]
            return configuration
        }
    }

    private struct State {
        var shown: Pair
        var stamps: [FileStamp?]
    }

    private let certificate: PEMFile
    private let key: PEMFile
    private let logger: Logger
    private let state: Mutex<State>

    /// How often the files are looked at. A look is two system calls.
    private static let interval = Duration.seconds(1)

    /// The certificate that the settings name; `nil` where they name none.
    ///
    /// - Throws: ``SettingError`` for one that cannot be used.
    static func named(by settings: Settings, logger: Logger) throws(SettingError) -> ServerCertificate? {
        guard let certificate = settings.tlsCertificate else {
            guard settings.tlsKey == nil else {
                throw SettingError(.tlsCertificate, "must be given with \(Setting.tlsKey.environment)", nil)
            }
            return nil
        }
        guard let key = settings.tlsKey else {
            throw SettingError(.tlsKey, "must be given with \(Setting.tlsCertificate.environment)", nil)
        }
        return try ServerCertificate(PEMFile(path: certificate), key: PEMFile(path: key), logger: logger)
    }

    private init(_ certificate: PEMFile, key: PEMFile, logger: Logger) throws(SettingError) {
        self.certificate = certificate
        self.key = key
        self.logger = logger
        let stamps = [certificate, key].map { FileStamp(path: $0.path) }
        state = Mutex(State(shown: try Self.read(certificate, key), stamps: stamps))
    }

    /// The configuration of a server that shows it: TLS 1.2 or later, and to each connection what was last read.
    var configuration: TLSConfiguration {
        var configuration = state.withLock { $0.shown.configuration }
        configuration.sslContextCallback = { [self] _, promise in promise.succeed(state.withLock { $0.shown.override })
        }
        return configuration
    }

    /// Looks at the files until the server stops.
    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: Self.interval)
                self.look()
            }
        }
    }

    private func look() {
        let stamps = [certificate, key].map { FileStamp(path: $0.path) }
        // Also of files that turn out to be unusable: they are complained about once, not every second.
        let isChanged = state.withLock { state in
            defer { state.stamps = stamps }
            return state.stamps != stamps
        }
        guard isChanged else { return }
        do throws(SettingError) {
            let read = try Self.read(certificate, key)
            state.withLock { $0.shown = read }
            logger.notice("certificate read again", metadata: ["file": "\(certificate.path)"])
        } catch {
            logger.warning("certificate is unusable, the earlier one holds on", metadata: ["error": "\(error)"])
        }
    }

    private static func read(_ certificate: PEMFile, _ key: PEMFile) throws(SettingError) -> Pair {
        let chain: [NIOSSLCertificate]
        do throws(PEMFileError) {
            chain = try certificate.certificates()
        } catch {
            throw SettingError(.tlsCertificate, error.rule, certificate.path)
        }
        let pair: Pair
        do throws(PEMFileError) {
            pair = Pair(chain: chain, key: try key.privateKey())
        } catch {
            throw SettingError(.tlsKey, error.rule, key.path)
        }
        // Fails now, and not at the first handshake, where the two do not belong together.
        guard (try? NIOSSLContext(configuration: pair.configuration)) != nil else {
            throw SettingError(.tlsKey, "must be the private key of the certificate in \(certificate.path)", key.path)
        }
        return pair
    }
}
