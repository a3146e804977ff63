import Foundation
import StatesLanguage
import Waitable
import WaitableWorker

/// The definitions that an ingest deploys at its start: `NAME.asl.json` files, with their substitutions made.
struct StateMachineFolder: Sendable {
    /// One definition, ready to deploy.
    struct Entry: Sendable {
        let name: String
        var revision: Revision
        /// What its tasks need.
        let needs: [TaskNeed]
    }

    let entries: [Entry]
    /// Whether there is no folder, so that the sample's definition is the only one.
    let isSample: Bool

    /// The role in revisions that were deployed from files.
    static let role = "arn:aws:iam::000000000000:role/waitable"

    /// Reads and checks all definitions. Where there is no folder, the sample's is the only one.
    ///
    /// - Throws: ``DefinitionFileError`` for a file that is no valid definition, ``SettingError`` for a folder that was
    ///   asked for and does not exist.
    init(settings: Settings) throws {
        let folder = settings.stateMachines
        let files: [String]
        do {
            files = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            guard !settings.stateMachinesAreRequired else {
                throw SettingError(.stateMachines, "must be a folder that can be read", folder)
            }
            entries = [try Self.sample(settings)]
            isSample = true
            return
        }
        isSample = false
        entries = try files.filter { $0.hasSuffix(".asl.json") }.sorted().map { file in
            try DefinitionFile(path: "\(folder)/\(file)", substitutions: settings.substitutions).entry
        }
    }

    /// The sample's definition, which is a part of the program.
    private static func sample(_ settings: Settings) throws -> Entry {
        let table: [Spelling: String] = ["DDBTable": settings.itemTable]
        return try DefinitionFile(
            text: String(decoding: PackageResources.waitable_stepfunction_asl_json, as: UTF8.self),
            path: "the sample's definition",
            name: "waitable-stepfunction",
            substitutions: settings.substitutions.merging(table) { given, _ in given }
        ).entry
    }
}

/// One file with a definition.
struct DefinitionFile {
    let entry: StateMachineFolder.Entry
    /// What can be run, but will fail.
    let warnings: [DefinitionProblem]

    /// - Parameter calls: What workers are set to call.
    init(
        path: String,
        name: String? = nil,
        substitutions: [Spelling: String],
        calls: CallConfiguration = CallConfiguration()
    ) throws {
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
        try self.init(text: text, path: path, name: name, substitutions: substitutions, calls: calls)
    }

    /// Checks a definition that was read from somewhere.
    ///
    /// - Parameters:
    ///   - path: What an error names.
    ///   - calls: What workers are set to call.
    init(
        text: String,
        path: String,
        name: String,
        substitutions: [Spelling: String],
        calls: CallConfiguration = CallConfiguration()
    ) throws(DefinitionFileError) {
        do throws(DefinitionError) {
            let definition = try StateMachine.substituting(substitutions, in: text)
            let catalog = TaskCatalog { calls.adapter(of: $0) != nil }
            let machine = try StateMachine(definition: definition, resources: catalog)
            let hasBuckets = machine.buckets.allSatisfy { calls.provides(.bucket($0)) == true }
            warnings = machine.warnings.filter { !hasBuckets || !$0.isOfBucket }
            let revision = Revision(definition: definition, roleARN: StateMachineFolder.role)
            entry = .init(name: name, revision: revision, needs: machine.needs)
        } catch {
            let isOfValue = error.problems.contains { $0.message.hasSuffix("has no value") }
            let advice = isOfValue ? ": give it one by --substitute Name=value, or in WAITABLE_SUBSTITUTIONS" : ""
            throw DefinitionFileError(path: path, reason: "\(error)\(advice)")
        }
    }
}

/// A file that is no valid definition.
struct DefinitionFileError: Error, CustomStringConvertible {
    let path: String
    let reason: String

    var description: String { "\(path): \(reason)" }
}

extension DefinitionProblem {
    /// Whether it warns of a bucket that has no place.
    fileprivate var isOfBucket: Bool {
        ["/ItemReader", "/ResultWriter"].contains { location.hasSuffix($0) }
    }
}
