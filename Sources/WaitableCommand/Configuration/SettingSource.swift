import Configuration
import Foundation

/// Flags over environment over file, through swift-configuration.
struct SettingSource {
    private let reader: ConfigReader

    /// - Throws: ``UnknownSettingError`` for a name in the environment or the file that no setting has,
    ///   ``SettingFileError`` and ``SettingError`` for a file that cannot be used.
    init(flags: SettingFlags, more: [(Setting, String?)]) throws {
        let environment = ProcessInfo.processInfo.environment
        try SettingEnvironment.check(environment)
        let said = (flags.values + more).compactMap { setting, value in
            value.map { (setting, ConfigValue(.string($0), isSecret: setting.isSecret)) }
        }
        var providers: [any ConfigProvider] = [
            Self.provider("flags", said),
            EnvironmentVariablesProvider(
                secretsSpecifier: .specific(Set(Setting.all.filter(\.isSecret).map(\.environment)))
            ),
        ]
        if let path = flags.config ?? environment[SettingEnvironment.configurationFile] {
            providers.append(Self.provider("file", try SettingFile.read(path)))
        }
        reader = ConfigReader(providers: providers).scoped(to: "waitable")
    }

    private static func provider(_ name: String, _ values: [(Setting, ConfigValue)]) -> InMemoryProvider {
        let values = values.map { (AbsoluteConfigKey(ConfigKey(stringLiteral: "waitable.\($0.0.key)")), $0.1) }
        return InMemoryProvider(name: name, values: Dictionary(values) { $1 })
    }

    /// The text of a setting, if any was given.
    func optional(_ setting: Setting) throws(SettingError) -> String? {
        let key = ConfigKey(stringLiteral: setting.key)
        guard let text = reader.string(forKey: key, isSecret: setting.isSecret) else { return nil }
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
