import Foundation
import NIOCore
import NIOPosix
import NIOSSL

/// Why a connection was not made, or broke, as a person has to know it: none of the words of NIO and BoringSSL.
package enum ConnectFailure: Error, Sendable, Equatable {
    /// No name server knows the host.
    case unknownHost
    /// Nothing listens there.
    case refused
    /// There is no socket file of that path.
    case noSocket
    /// No answer came in time.
    case timedOut
    /// The other side closed the connection.
    case closed
    /// What was answered is no TLS.
    case notTLS
    /// No authority that is trusted here vouches for the server's certificate, or it has expired.
    case untrusted
    /// The server's certificate is for another name.
    case wrongName
    /// The server wants a certificate of the client, and got none that it takes.
    case certificateWanted
    /// Something else, in a few words.
    case other(String)

    /// What an error of NIO, NIOSSL or the system stands for.
    package init(_ error: any Error) {
        switch error {
        case let failure as ConnectFailure: self = failure
        case let error as NIOConnectionError: self = Self.of(error)
        case let error as IOError: self = Self.of(code: error.errnoCode)
        case is SocketAddressError.UnknownHost: self = .unknownHost
        case let error as ChannelError: self = Self.of(error)
        case let error as NIOSSLError: self = Self.of(error)
        case let error as BoringSSLError: self = Self.of(error)
        case let error as NIOSSLExtraError where error == .failedToValidateHostname: self = .wrongName
        default: self = .other("\(type(of: error))")
        }
    }

    private static func of(_ error: NIOConnectionError) -> ConnectFailure {
        // The last address tried: of a name with two, the first may be one that this machine has no way to.
        guard let last = error.connectionErrors.last else { return .unknownHost }
        return ConnectFailure(last.error)
    }

    private static func of(code: CInt) -> ConnectFailure {
        switch code {
        case ECONNREFUSED: .refused
        case ENOENT: .noSocket
        case ETIMEDOUT: .timedOut
        case ECONNRESET, EPIPE, ENOTCONN: .closed
        default: .other(text(ofCode: code))
        }
    }

    /// What the system calls an error: `Permission denied`.
    package static func text(ofCode code: CInt) -> String { String(cString: strerror(code)) }

    private static func of(_ error: ChannelError) -> ConnectFailure {
        switch error {
        case .connectTimeout: .timedOut
        case .ioOnClosedChannel, .alreadyClosed, .eof, .inputClosed, .outputClosed: .closed
        default: .other("the connection is not usable")
        }
    }

    private static func of(_ error: NIOSSLError) -> ConnectFailure {
        switch error {
        case .handshakeFailed(let reason): of(reason)
        case .uncleanShutdown, .readInInvalidTLSState: .closed
        case .unableToValidateCertificate, .noCertificateToValidate: .untrusted
        case .cannotMatchULabel, .cannotFindPeerIP: .wrongName
        default: .other("TLS failed")
        }
    }

    /// BoringSSL's reasons are told by their names alone.
    private static func of(_ error: BoringSSLError) -> ConnectFailure {
        if case .zeroReturn = error { return .closed }
        if case .syscallError = error { return .closed }
        let text = "\(error)"
        let reasons: [(String, ConnectFailure)] = [
            ("WRONG_VERSION_NUMBER", .notTLS), ("HTTP_REQUEST", .notTLS), ("UNEXPECTED_RECORD", .notTLS),
            ("HTTPS_PROXY_REQUEST", .notTLS), ("UNKNOWN_PROTOCOL", .notTLS), ("DECODE_ERROR", .notTLS),
            ("CERTIFICATE_VERIFY_FAILED", .untrusted), ("CERTIFICATE_REQUIRED", .certificateWanted),
            ("ALERT_BAD_CERTIFICATE", .certificateWanted), ("ALERT_UNKNOWN_CA", .certificateWanted),
            ("ALERT_CERTIFICATE", .certificateWanted), ("ALERT_HANDSHAKE_FAILURE", .certificateWanted),
            ("EOF during", .closed), ("PROTOCOL_VERSION", .other("the two sides have no version of TLS in common")),
        ]
        return reasons.first { text.contains($0.0) }?.1 ?? .other("the TLS handshake failed")
    }
}
