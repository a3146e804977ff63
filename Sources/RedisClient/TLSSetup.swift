import NIOCore
import NIOSSL

/// A TLS context and the name to check, from the configuration.
struct TLSSetup: Sendable {
    private let context: NIOSSLContext
    private let serverName: String?

    init(_ tls: RedisConfiguration.TLS, address: RedisConfiguration.Address) throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        if let file = tls.caFile { configuration.trustRoots = .file(file) }
        if let file = tls.certificateFile {
            configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(file).map { .certificate($0) }
        }
        if let file = tls.privateKeyFile {
            configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: file, format: .pem))
        }
        context = try NIOSSLContext(configuration: configuration)
        serverName = tls.serverName ?? Self.name(in: address)
    }

    func handler() throws -> NIOSSLClientHandler {
        do {
            return try NIOSSLClientHandler(context: context, serverHostname: serverName)
        } catch let error as NIOSSLExtraError where error == .cannotUseIPAddressInSNI {
            // An address goes without SNI; the certificate is checked against it all the same.
            return try NIOSSLClientHandler(context: context, serverHostname: nil)
        }
    }

    private static func name(in address: RedisConfiguration.Address) -> String? {
        if case .tcp(let host, _) = address { host } else { nil }
    }
}
