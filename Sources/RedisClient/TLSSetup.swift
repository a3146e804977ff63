import NIOCore
import NIOSSL
import Transport

/// A TLS context, from the configuration.
struct TLSSetup: Sendable {
    private let context: NIOSSLContext
    /// The name to check, where it is not the address's.
    private let serverName: String?

    init(_ tls: RedisConfiguration.TLS) throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification =
            switch tls.verification {
            case .full: .fullVerification
            case .authority: .noHostnameVerification
            case .none: .none
            }
        if let file = tls.caFile {
            configuration.trustRoots = .certificates(
                try Self.read("CA", file) { file throws(PEMFileError) in try file.certificates() }
            )
        }
        if let file = tls.certificateFile {
            configuration.certificateChain = try Self.read("certificate", file) { file throws(PEMFileError) in
                try file.certificates().map { .certificate($0) }
            }
        }
        if let file = tls.privateKeyFile {
            configuration.privateKey = .privateKey(
                try Self.read("private key", file) { file throws(PEMFileError) in try file.privateKey() }
            )
        }
        do {
            context = try NIOSSLContext(configuration: configuration)
        } catch {
            throw Unusable(description: "the private key does not belong to the certificate")
        }
        serverName = tls.serverName
    }

    func handler(for address: RedisConfiguration.Address) throws -> NIOSSLClientHandler {
        do {
            return try NIOSSLClientHandler(context: context, serverHostname: serverName ?? Self.name(in: address))
        } catch let error as NIOSSLExtraError where error == .cannotUseIPAddressInSNI {
            // An address goes without SNI; the certificate is checked against it all the same.
            return try NIOSSLClientHandler(context: context, serverHostname: nil)
        }
    }

    private static func name(in address: RedisConfiguration.Address) -> String? {
        if case .tcp(let host, _) = address { host } else { nil }
    }

    /// Reads a file, with an error that says which.
    private static func read<Content>(
        _ role: String,
        _ file: String,
        _ body: (PEMFile) throws(PEMFileError) -> Content
    ) throws(Unusable) -> Content {
        do throws(PEMFileError) {
            return try body(PEMFile(path: file))
        } catch {
            throw Unusable(description: "the \(role) file \(file) \(error)")
        }
    }

    /// Files that cannot be used.
    struct Unusable: Error, CustomStringConvertible { let description: String }
}
