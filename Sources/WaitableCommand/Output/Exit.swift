import ArgumentParser
import Foundation
import RedisClient
import StatesLanguage
import Waitable
import WaitableOperations
import WaitableRedis

/// What a command's exit code says, by the conventions of sysexits.h where it has one.
enum Exit {
    static let failed = ExitCode(1)
    static let notFound = ExitCode(2)
    static let conflict = ExitCode(3)
    static let badInput = ExitCode(65)
    static let unavailable = ExitCode(69)
    static let notAllowed = ExitCode(77)
    static let badConfiguration = ExitCode(78)

    /// The list for `waitable help exit-codes`.
    static let help = """
        0   done
        1   failed
        2   not found
        3   conflict
        64  wrong usage
        65  bad input
        69  Redis or ingest not reachable
        77  not allowed
        78  bad configuration
        """

    /// Runs a command; an error becomes one line on standard error, or one for each
    /// setting, and its exit code.
    static func mapping(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let code as ExitCode {
            throw code
        } catch {
            for line in (error as? UnknownSettingError)?.lines ?? ["\(error)"] { Notice.say(line) }
            throw code(for: error)
        }
    }

    private static func code(for error: RedisError) -> ExitCode {
        if error.isLoginRefusal { return notAllowed }
        return error.code == .configuration ? badConfiguration : unavailable
    }

    /// What a command that ends with an error exits with.
    static func code(for error: any Error) -> ExitCode {
        switch error {
        case let error as LocatedError: code(for: error.cause)
        case is SettingError, is SettingFileError, is UnknownSettingError: badConfiguration
        case is NamespaceIdentityError, is DurabilityError: badConfiguration
        case is FieldError, is DefinitionFileError, is DefinitionError: badInput
        case is NoItemError: notFound
        case let error as RedisError: code(for: error)
        case let error as StoreError:
            switch error {
            case .redis(let error): code(for: error)
            case _ where error.isPassing: unavailable
            case _ where error.isNotAllowed: notAllowed
            case .refused(let refusal):
                switch refusal.code {
                case .notFound: notFound
                case .conflict: conflict
                case .validation: badInput
                default: failed
                }
            case .outOfMemory, .unready, .clockChanged, .stopping, .unexpectedReply: failed
            }
        case let error as TransferError: error.kind == .line ? badInput : conflict
        case let error as ManagementError: error.kind == .notFound ? notFound : conflict
        case let error as StartRefusal:
            switch error.code {
            case "InvalidField": badInput
            case "ItemExists": conflict
            case "NoStateMachine", "StateMachineNotFound": notFound
            default: error.status == 503 ? unavailable : failed
            }
        case let error as RemoteError:
            switch error.status {
            case _ where error.isOfNoIngest: badConfiguration
            case nil, 503: unavailable
            case 400, 413, 415: badInput
            case 401, 403: notAllowed
            case 404: notFound
            case 409: conflict
            default: failed
            }
        default: failed
        }
    }
}

/// An item that does not exist.
struct NoItemError: Error, CustomStringConvertible {
    let id: String

    var description: String { "there is no item '\(id)'" }
}
