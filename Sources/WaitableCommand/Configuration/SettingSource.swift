import Configuration
import Foundation

/// Flags over environment over file, through swift-configuration.
struct SettingSource {
    private let reader: ConfigReader
    /// The configuration file, and the keys of the settings that come from it.
    private let file: (path: String, keys: Set<Spelling>)?

    /// - Throws: ``UnknownSettingError`` for a name in the environment or the file that no setting has,
    ///   ``SettingFileError`` and ``SettingError`` for a file that cannot be used.
    ///
    /// - Parameters:
    ///   - flags: What was said by flags, by setting.
    ///   - path: The configuration file that a flag names, if any.
    ///   - environment: That of this process, but for tests.
    init(
        flags: [(Setting, String?)],
        file path: String?,
        environment: [String: String] = ProcessInfo.processInfo.environment  // own words
    ) throws {
        let environment = try SettingEnvironment.settings(in: environment)
        let said = flags.compactMap { setting, value in
            value.map { (setting, ConfigValue(.string($0), isSecret: setting.isSecret)) }
        }
        var providers: [any ConfigProvider] = [
            Self.provider("flags", said),
            EnvironmentVariablesProvider(
                environmentVariables: environment,
                secretsSpecifier: .specific(Set(Setting.all.filter(\.isSecret).map(\.environment)))
            ),
        ]
        if let path = path ?? environment[SettingEnvironment.configurationFile] {
            let values = try SettingFile.read(path)
            providers.append(Self.provider("file", values))
            let earlier = Set(said.map { Spelling($0.0.key) })
            let keys = values.map(\.0).filter { environment[$0.environment] == nil }.map { Spelling($0.key) }
            file = (path, Set(keys).subtracting(earlier))
        } else {
            file = nil
        }
        reader = ConfigReader(providers: providers).scoped(to: "waitable")
    }

    private static func provider(_ name: String, _ values: [(Setting, ConfigValue)]) -> InMemoryProvider {
        let values = values.map { (AbsoluteConfigKey(ConfigKey(stringLiteral: "waitable.\($0.0.key)")), $0.1) }
        return InMemoryProvider(name: name, values: Dictionary(values) { $1 })
    }

    /// The configuration file that a setting comes from; `nil` for a flag, the environment and a default.
    func file(of setting: Setting) -> String? {
        guard let file, file.keys.contains(Spelling(setting.key)) else { return nil }
        return file.path
    }

    /// What errors call a setting.
    func name(of setting: Setting) -> String { setting.name(in: file(of: setting)) }

    /// A text in which the settings that come from the configuration file are called by their keys there.
    func located(_ text: String) -> String {
        guard let file else { return text }
        return Setting.all.filter { file.keys.contains(Spelling($0.key)) }.reduce(text) { text, setting in
            // With its flag, else alone.
            [setting.name, setting.environment].reduce(text) { text, name in
                Self.replacing(name, in: text, with: setting.name(in: file.path))
            }
        }
    }

    /// Replaces a name where it does not go on as another one's beginning.
    private static func replacing(_ name: String, in text: String, with other: String) -> String {
        var parts = text.components(separatedBy: name)
        var result = parts.removeFirst()
        for part in parts {
            let goesOn = part.utf8.first.map { $0 == UInt8(ascii: "_") || (0x41...0x5A).contains($0) } ?? false
            result += (goesOn ? name : other) + part
        }
        return result
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
