import ArgumentParser
import RedisClient
import StatesLanguage
import Testing
import Waitable
import WaitableRedis

@testable import WaitableCommand
@testable import WaitableOperations

@Suite("Exit codes", .timeLimit(.minutes(1)))
struct ExitTests {
    private func refused(_ line: String) -> StoreError { .refused(RedisRefusal(RedisServerError(line: line))) }

    private func answer(_ code: String, _ status: Int64) -> StartRefusal? {
        StartRefusal(["code": .string(code), "status": .integer(status), "message": .string("no")])
    }

    private func management(_ kind: ManagementError.Kind) -> ManagementError {
        ManagementError(kind: kind, code: "C", message: "m", field: "f", value: "v")
    }

    @Test("An error has one code, whether Redis, ingest or the command itself found it")
    func codes() throws {
        let errors: [(any Error, Int32)] = [
            (NoItemError(id: "x"), 2), (management(.notFound), 2), (management(.conflict), 3),
            (FieldError(field: "Id", rule: "must be", value: nil), 65),
            (SettingError(.port, "must be", "x"), 78), (SettingFileError(path: "/x", reason: "no"), 78),
            (try #require(UnknownSettingError(["A"], known: [])), 78),
            (refused("NOTFOUND no"), 2), (refused("CONFLICT no"), 3), (refused("VALIDATION Id: must be"), 65),
            (refused("NOPERM no"), 77), (refused("ERR unknown command 'FCALL'"), 77), (refused("LOADING no"), 69),
            (refused("READONLY no"), 69), (refused("CLOSED no"), 1), (refused("ERR no"), 1),
            (StoreError.stopping, 69), (StoreError.clockChanged, 69), (StoreError.outOfMemory("OOM"), 69),
            (StoreError.unexpectedReply(function: "f", reply: "r"), 1),
            (RemoteError(status: 404, body: Array(#"{"code":"ItemNotFound"}"#.utf8), url: "u"), 2),
            (RemoteError(status: 404, body: Array(#"{"code":"NoSuchRoute"}"#.utf8), url: "u"), 78),
            (RemoteError(status: 404, body: Array("<html>".utf8), url: "u"), 78),
            (RemoteError(status: 400, body: [], url: "u"), 65), (RemoteError(status: 401, body: [], url: "u"), 77),
            (RemoteError(status: 403, body: [], url: "u"), 77), (RemoteError(status: 409, body: [], url: "u"), 3),
            (RemoteError(status: 413, body: [], url: "u"), 65), (RemoteError(status: 500, body: [], url: "u"), 1),
            (RemoteError(status: 503, body: [], url: "u"), 69),
            (try #require(answer("InvalidField", 400)), 65), (try #require(answer("ItemExists", 409)), 3),
            (try #require(answer("NoStateMachine", 404)), 2), (try #require(answer("StateMachineNotFound", 404)), 2),
            (try #require(answer("RedisUnavailable", 503)), 69), (try #require(answer("InternalError", 500)), 1),
            (CancellationError(), 1),
        ]
        for (error, code) in errors { #expect(Exit.code(for: error).rawValue == code, "\(error)") }
    }

    @Test("Every code that a command has is in the help, and no other one")
    func help() {
        let codes: [ExitCode] = [
            .success, Exit.failed, Exit.notFound, Exit.conflict, .validationFailure, Exit.badInput, Exit.unavailable,
            Exit.notAllowed, Exit.badConfiguration,
        ]
        let shown = Exit.help.split(separator: "\n").compactMap { Int32($0.prefix { $0 != " " }) }
        #expect(shown == codes.map(\.rawValue))
    }

    @Test("An exit code that a command ends with by itself is left as it is")
    func ownCode() async {
        await #expect(throws: ExitCode(7)) { try await Exit.mapping { throw ExitCode(7) } }
    }

    @Test("What was started is no refusal")
    func started() {
        #expect(StartRefusal(["Id": .string("x")]) == nil)
    }
}
