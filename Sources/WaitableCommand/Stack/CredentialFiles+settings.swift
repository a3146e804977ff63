import Logging
import WaitableHTTP

extension CredentialFiles {
    /// The files that the settings name; `nil` where they name none.
    ///
    /// - Throws: ``SettingError`` for a file that cannot be used.
    static func named(by settings: Settings, logger: Logger) throws(SettingError) -> CredentialFiles? {
        guard settings.hasCredentials else { return nil }
        do throws(CredentialFiles.Unusable) {
            return try CredentialFiles(
                tokens: settings.tokensFile,
                accessKeys: settings.accessKeysFile,
                logger: logger
            )
        } catch {
            throw SettingError(error.kind == .tokens ? .tokensFile : .accessKeysFile, "\(error.reason)", error.path)
        }
    }
}
