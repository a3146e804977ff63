package import Logging
import ServiceLifecycle
import Synchronization
import Transport

/// The files of credentials that a server goes by, read again when they change: a credential is added, or taken back, by
/// editing its file.
///
/// What was last read holds on while a file is unusable, and the log says so.
package final class CredentialFiles: Service {
    /// Which file a problem is in.
    package enum Kind: Sendable {
        /// Bearer tokens, hashed.
        case tokens
        /// AWS access keys, with their secrets.
        case accessKeys
    }

    /// A file that cannot be used.
    package struct Unusable: Error {
        /// Which of the two.
        package var kind: Kind
        /// Where it was looked for.
        package var path: String
        /// What is wrong with it.
        package var reason: CredentialFileError
    }

    private struct State {
        var credentials = Credentials()
        var tokenStamp: FileStamp?
        var accessKeyStamp: FileStamp?
    }

    private let tokens: CredentialFile?
    private let accessKeys: CredentialFile?
    private let logger: Logger
    private let state = Mutex(State())

    /// How often the files are looked at. A look is two system calls.
    private static let interval = Duration.seconds(1)

    /// Reads the files.
    ///
    /// - Throws: ``Unusable``.
    package init(tokens: String?, accessKeys: String?, logger: Logger) throws(Unusable) {
        self.tokens = tokens.map { CredentialFile(path: $0) }
        self.accessKeys = accessKeys.map { CredentialFile(path: $0) }
        self.logger = logger
        try readTokens()
        try readAccessKeys()
    }

    var current: Credentials { state.withLock { $0.credentials } }

    /// Looks at the files until the server stops.
    package func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: Self.interval)
                self.look()
            }
        }
    }

    private func look() {
        let (tokenStamp, accessKeyStamp) = state.withLock { ($0.tokenStamp, $0.accessKeyStamp) }
        if let tokens, tokens.stamp != tokenStamp { reload(tokens) { () throws(Unusable) in try readTokens() } }
        if let accessKeys, accessKeys.stamp != accessKeyStamp {
            reload(accessKeys) { () throws(Unusable) in try readAccessKeys() }
        }
    }

    private func reload(_ file: CredentialFile, _ read: () throws(Unusable) -> Void) {
        do throws(Unusable) {
            try read()
            logger.notice("credentials read again", metadata: ["file": "\(file.path)"])
        } catch {
            logger.error(
                "credentials are unusable, the earlier ones hold on",
                metadata: ["file": "\(file.path)", "error": "\(error.reason)"]
            )
        }
    }

    private func readTokens() throws(Unusable) {
        guard let tokens else { return }
        do throws(CredentialFileError) {
            // Also of a file that turns out to be unusable: it is complained about once, not every second.
            let stamp = tokens.stamp
            state.withLock { $0.tokenStamp = stamp }
            let read = try Credentials.tokens(try tokens.lines(isSecret: false))
            state.withLock { $0.credentials.tokens = read }
        } catch {
            throw Unusable(kind: .tokens, path: tokens.path, reason: error)
        }
    }

    private func readAccessKeys() throws(Unusable) {
        guard let accessKeys else { return }
        do throws(CredentialFileError) {
            let stamp = accessKeys.stamp
            state.withLock { $0.accessKeyStamp = stamp }
            let read = try Credentials.accessKeys(try accessKeys.lines(isSecret: true))
            state.withLock { $0.credentials.accessKeys = read }
        } catch {
            throw Unusable(kind: .accessKeys, path: accessKeys.path, reason: error)
        }
    }
}
