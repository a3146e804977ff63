import Configuration
import Foundation
import StatesLanguage

/// A configuration file: `{"lease": {"ms": 5000}}`, or the same with points in its keys.
enum SettingFile {
    /// Reads the settings of a file.
    ///
    /// - Throws: ``SettingFileError`` for a file that cannot be read, ``UnknownSettingError`` for keys that no setting has,
    ///   ``SettingError`` for values of another kind.
    static func read(_ path: String) throws -> [(Setting, ConfigValue)] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw SettingFileError(path: path, reason: "it cannot be read")
        }
        let object: JSONObject
        do {
            guard let read = try JSON(parsing: Array(data)).objectValue else {
                throw SettingFileError(path: path, reason: "it is no object")
            }
            object = read
        } catch let error as JSONError {
            throw SettingFileError(path: path, reason: "\(error)")
        }
        var values: [(key: String, value: JSON)] = []
        collect(object, below: "", into: &values)
        if let error = UnknownSettingError(values.map(\.key), known: Setting.all.map(\.key), file: path) { throw error }
        return try Setting.all.compactMap { setting in
            let given = values.filter { $0.key == setting.key }
            guard let value = given.first?.value else { return nil }
            guard given.count == 1 else { throw SettingError(setting, "must be given once", nil).located(in: path) }
            return (setting, ConfigValue(.string(try text(of: value, setting, in: path)), isSecret: setting.isSecret))
        }
    }

    private static func collect(
        _ object: JSONObject,
        below path: String,
        into values: inout [(key: String, value: JSON)]
    ) {
        for (name, value) in object {
            let key = path + name
            if let inner = value.objectValue, !inner.isEmpty {
                collect(inner, below: key + ".", into: &values)
            } else {
                values.append((key, value))
            }
        }
    }

    /// A number or a truth value is as good as its text.
    private static func text(of value: JSON, _ setting: Setting, in path: String) throws(SettingError) -> String {
        switch value {
        case .string(let text): return text
        case .integer, .double, .bool: return value.text
        default:
            throw SettingError(setting, "must be a string, a number, true or false", value.text).located(in: path)
        }
    }
}

/// A configuration file that cannot be used.
struct SettingFileError: Error, CustomStringConvertible {
    let path: String
    let reason: String

    var description: String { "WAITABLE_CONFIG (--config): must be a readable JSON file: '\(path)' (\(reason))" }
}
