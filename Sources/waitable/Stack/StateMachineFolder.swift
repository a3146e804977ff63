import Foundation
import StatesLanguage
import Waitable

/// The definitions that an ingest deploys at its start: `NAME.asl.json` files, with their substitutions made.
struct StateMachineFolder: Sendable {
    /// One definition, ready to deploy.
    struct Entry: Sendable {
        let name: String
        var revision: Revision
    }

    let entries: [Entry]
    /// The machine of a start that names none, where the folder has it.
    let defaultMachine: String?

    /// A folder's content by its parts.
    init(entries: [Entry], defaultMachine: String?) {
        self.entries = entries
        self.defaultMachine = defaultMachine
    }

    /// The role in revisions that were deployed from files.
    static let role = "arn:aws:iam::000000000000:role/waitable"

    /// Reads and checks all definitions.
    ///
    /// - Throws: ``DefinitionFileError`` for a file that is no valid definition, ``SettingError`` for a folder that was
    ///   asked for and does not exist.
    init(settings: Settings) throws {
        let folder = settings.stateMachines
        let files: [String]
        do {
            files = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            if settings.stateMachinesAreRequired {
                throw SettingError(.stateMachines, "must be a folder that can be read", folder)
            }
            files = []
        }
        entries = try files.filter { $0.hasSuffix(".asl.json") }.sorted().map { file in
            try DefinitionFile(path: "\(folder)/\(file)", substitutions: settings.substitutions).entry
        }
        defaultMachine = entries.contains { $0.name == settings.defaultMachine } ? settings.defaultMachine : nil
    }
}

/// One file with a definition.
struct DefinitionFile {
    let entry: StateMachineFolder.Entry
    /// What can be run, but will fail.
    let warnings: [DefinitionProblem]

    init(path: String, name: String? = nil, substitutions: [Spelling: String]) throws {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        let name = name ?? file.replacing(".asl.json", with: "").replacing(".json", with: "")
        if let problem = ResourceName.problem(with: name) {
            throw DefinitionFileError(path: path, reason: "the name '\(name)' \(problem)")
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw DefinitionFileError(path: path, reason: "cannot be read")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw DefinitionFileError(path: path, reason: "is not UTF-8")
        }
        do throws(DefinitionError) {
            let definition = try StateMachine.substituting(substitutions, in: text)
            warnings = try StateMachine(definition: definition, resources: TaskCatalog()).warnings
            entry = .init(name: name, revision: Revision(definition: definition, roleARN: StateMachineFolder.role))
        } catch {
            throw DefinitionFileError(path: path, reason: "\(error)")
        }
    }
}

/// A file that is no valid definition.
struct DefinitionFileError: Error, CustomStringConvertible {
    let path: String
    let reason: String

    var description: String { "\(path): \(reason)" }
}
