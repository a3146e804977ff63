import Configuration
import Foundation
import SystemPackage

/// Flags over environment over file, through swift-configuration.
struct SettingSource {
    private let reader: ConfigReader

    init(flags: SettingFlags, more: [(Setting, String?)]) async throws {
        var said: [AbsoluteConfigKey: ConfigValue] = [:]
        for (setting, value) in flags.values + more {
            guard let value else { continue }
            said[AbsoluteConfigKey(ConfigKey(stringLiteral: "waitable.\(setting.key)"))] =
                ConfigValue(.string(value), isSecret: setting.isSecret)
        }
        let environment = EnvironmentVariablesProvider(
            secretsSpecifier: .specific(Set(Setting.all.filter(\.isSecret).map(\.environment)))
        )
        var providers: [any ConfigProvider] = [InMemoryProvider(name: "flags", values: said), environment]
        if let path = flags.config ?? ProcessInfo.processInfo.environment["WAITABLE_CONFIG"] {
            do {
                let file = try await FileProvider<JSONSnapshot>(filePath: FilePath(path))
                providers.append(
                    KeyMappingProvider(upstream: file) { key in
                        // The file has no outer "waitable".
                        key.components.first == "waitable" ? AbsoluteConfigKey(Array(key.components.dropFirst())) : key
                    }
                )
            } catch {
                throw SettingFileError(path: path, reason: "\(error)")
            }
        }
        reader = ConfigReader(providers: providers).scoped(to: "waitable")
    }

    /// The text of a setting, if any was given.
    func optional(_ setting: Setting) throws(SettingError) -> String? {
        let key = ConfigKey(stringLiteral: setting.key)
        // A number or a truth value in the file is as good as its text.
        guard
            let text = reader.string(forKey: key, isSecret: setting.isSecret)
                ?? reader.int(forKey: key).map(String.init) ?? reader.bool(forKey: key).map(String.init)
        else { return nil }
        guard !text.isEmpty else { throw SettingError(setting, "must not be empty", nil) }
        return text
    }

    /// The text of a setting, or its default.
    func text(_ setting: Setting) throws(SettingError) -> String {
        guard let text = try optional(setting) ?? setting.default else {
            throw SettingError(setting, "must be given", nil)
        }
        return text
    }

    /// `true` or `false`.
    func flag(_ setting: Setting) throws(SettingError) -> Bool {
        let text = try text(setting)
        guard let flag = Bool(text) else { throw SettingError(setting, "must be true or false", text) }
        return flag
    }

    /// A whole number within bounds.
    func integer(_ setting: Setting, _ range: ClosedRange<Int>) throws(SettingError) -> Int {
        try Self.integer(setting, try text(setting), range)
    }

    /// A whole number within bounds, if any was given.
    func optionalInteger(_ setting: Setting, _ range: ClosedRange<Int>) throws(SettingError) -> Int? {
        guard let text = try optional(setting) else { return nil }
        return try Self.integer(setting, text, range)
    }

    private static func integer(
        _ setting: Setting,
        _ text: String,
        _ range: ClosedRange<Int>
    ) throws(SettingError) -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw SettingError(
                setting,
                "must be a whole number from \(range.lowerBound) to \(range.upperBound)",
                text
            )
        }
        return number
    }
}

/// A configuration file that cannot be read.
struct SettingFileError: Error, CustomStringConvertible {
    let path: String
    let reason: String

    var description: String { "WAITABLE_CONFIG (--config): must be a readable JSON file: '\(path)' (\(reason))" }
}
