import NIOCore
import NIOSSL

/// A TLS context and the name to check, from the configuration.
///
/// Made anew for each connection, so that certificates may be renewed under a running client.
struct TLSSetup: Sendable {
    private let context: NIOSSLContext
    private let serverName: String?

    init(_ tls: RedisConfiguration.TLS, address: RedisConfiguration.Address) throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification =
            switch tls.verification {
            case .full: .fullVerification
            case .authority: .noHostnameVerification
            case .none: .none
            }
        if let file = tls.caFile {
            configuration.trustRoots = .certificates(
                try Self.read("CA", file) { try NIOSSLCertificate.fromPEMFile(file) }
            )
        }
        if let file = tls.certificateFile {
            configuration.certificateChain = try Self.read("certificate", file) {
                try NIOSSLCertificate.fromPEMFile(file).map { .certificate($0) }
            }
        }
        if let file = tls.privateKeyFile {
            configuration.privateKey = .privateKey(
                try Self.read("private key", file) { try NIOSSLPrivateKey(file: file, format: .pem) }
            )
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

    /// Reads a file, with an error that says which.
    private static func read<Content>(_ role: String, _ file: String, _ body: () throws -> Content) throws -> Content {
        do {
            return try body()
        } catch {
            throw UnusableFile(description: "the \(role) file \(file) cannot be used: \(error)")
        }
    }

    private struct UnusableFile: Error, CustomStringConvertible { let description: String }
}
