public import Foundation

/// An authority, a server's and a client's certificate, made by openssl in a folder of their own.
public final class Certificates: Sendable {
    /// The folder of the files.
    public let folder: URL
    /// The authority's certificate.
    public var authority: String { path("ca.crt") }
    /// The certificate of an authority that vouches for nobody here.
    public var otherAuthority: String { path("other.crt") }
    /// The client's certificate.
    public var clientCertificate: String { path("client.crt") }
    /// The client's private key.
    public var clientKey: String { path("client.key") }

    /// redis-server's options for TLS on a port.
    public func options(port: Int, authenticatesClients: Bool = false) -> [String] {
        [
            "--tls-port", "\(port)", "--tls-cert-file", path("server.crt"), "--tls-key-file", path("server.key"),
            "--tls-ca-cert-file", authority, "--tls-auth-clients", authenticatesClients ? "yes" : "no",
        ]
    }

    /// Makes them all.
    public init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "waitable-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try makeAuthority("ca")
        try makeAuthority("other")
        try make("server", name: "DNS:localhost")
        try make("client", name: "DNS:client")
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// The path of a file: `server.crt` and `server.key` are the server's.
    public func path(_ file: String) -> String { folder.appending(path: file).path }

    private func makeAuthority(_ name: String) throws {
        try openssl(
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=\(name)",
            "-addext",
            "basicConstraints=critical,CA:TRUE",
            "-keyout",
            path("\(name).key"),
            "-out",
            path("\(name).crt")
        )
    }

    /// Makes a certificate of the authority, and its key: `ROLE.crt`, `ROLE.key`, in place of those that there are.
    ///
    /// - Parameter name: What it is for: `DNS:localhost`.
    public func make(_ role: String, name: String) throws {
        let extensions = folder.appending(path: "\(role).ext")
        try Data("subjectAltName=\(name)\n".utf8).write(to: extensions)
        try openssl(
            "req",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-subj",
            "/CN=\(role)",
            "-keyout",
            path("\(role).key"),
            "-out",
            path("\(role).csr")
        )
        try openssl(
            "x509",
            "-req",
            "-days",
            "2",
            "-in",
            path("\(role).csr"),
            "-CA",
            authority,
            "-CAkey",
            path("ca.key"),
            "-CAcreateserial",
            "-extfile",
            extensions.path,
            "-out",
            path("\(role).crt")
        )
    }

    private func openssl(_ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw RedisTestServerError(reason: "openssl \(arguments[0]) ended with \(process.terminationStatus)")
        }
    }
}
