import Foundation
package import NIOSSL

/// A PEM file, by its path.
package struct PEMFile: Sendable, Hashable {
    /// Where it is.
    package let path: String

    /// A file that is not looked at yet.
    package init(path: String) { self.path = path }

    /// Its certificates, one at least.
    ///
    /// - Throws: ``PEMFileError``.
    package func certificates() throws(PEMFileError) -> [NIOSSLCertificate] {
        let bytes = try bytes()
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty else {
            throw PEMFileError(rule: "must have a certificate in PEM, and has none")
        }
        return certificates
    }

    /// Its private key.
    ///
    /// - Throws: ``PEMFileError``.
    package func privateKey() throws(PEMFileError) -> NIOSSLPrivateKey {
        let bytes = try bytes()
        guard let key = try? NIOSSLPrivateKey(bytes: bytes, format: .pem) else {
            throw PEMFileError(rule: "must have a private key in PEM, without a passphrase, and has none")
        }
        return key
    }

    private func bytes() throws(PEMFileError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw PEMFileError(rule: "must be a file that can be read (\(ConnectFailure.text(ofCode: errno)))")
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard let data = try? handle.readToEnd() ?? Data() else {
            throw PEMFileError(rule: "must be a file that can be read")
        }
        return Array(data)
    }
}

/// A PEM file that cannot be used. It shows nothing of what the file holds.
package struct PEMFileError: Error, Sendable, CustomStringConvertible {
    /// The rule that is broken.
    package let rule: String

    /// The rule.
    package var description: String { rule }
}
