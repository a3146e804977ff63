import Foundation
import Subprocess
import Synchronization
import Testing

@testable import WaitableCommand

@Suite("Parts of a development stack", .timeLimit(.minutes(1)))
struct ChildProcessTests {
    private func shell(_ script: String, _ environment: [Spelling: String] = [:]) -> ChildProcess {
        ChildProcess(name: "part", program: "sh", arguments: ["-c", script], environment: environment)
    }

    /// A part that goes on until it is told to end. No shell: one would leave the program that it runs behind.
    private let idle = ChildProcess(name: "idle", program: "sleep", arguments: ["3600"])

    /// Runs a part until it ends by itself.
    private func end(_ part: ChildProcess) async throws {
        try await part.run { _ in try await Task.sleep(for: .seconds(3_600)) }
    }

    private func isAlive(_ id: Int32) -> Bool { kill(id, 0) == 0 }

    @Test("A part that ends by itself ends what runs beside it, with its code or signal")
    func ownEnd() async throws {
        let code = await #expect(throws: ChildError.self) { try await end(shell("exit 3")) }
        #expect(code?.status == .exited(3))
        #expect(code?.description == "part ended by itself with code 3: the stack is stopped")
        let signal = await #expect(throws: ChildError.self) { try await end(shell("kill -KILL $$")) }
        #expect(signal?.description == "part was ended by signal 9: the stack is stopped")
    }

    @Test("A program that is not there is told by its name")
    func missing() async throws {
        let error = await #expect(throws: ChildNotFound.self) {
            try await end(ChildProcess(name: "part", program: "no-such-program"))
        }
        #expect(error?.description == "no-such-program is not installed: it has to be on the PATH")
    }

    @Test("The part runs in a process group of its own, and hears SIGTERM when what runs beside it is over")
    func end() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "waitable-part-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        @Sendable func said() -> String { (try? String(contentsOf: file, encoding: .utf8)) ?? "" }
        let id = Atomic<Int32>(0)
        let script = #"trap 'echo heard >> "$OUT"; exit' TERM; echo "$WORD" > "$OUT"; while :; do sleep 0.01; done"#
        try await shell(script, ["OUT": file.path, "WORD": "é"]).run { part in
            id.store(part, ordering: .relaxed)
            while said() != "é\n" { try await Task.sleep(for: .milliseconds(1)) }
            #expect(getpgid(part) == part)
        }
        #expect(said() == "é\nheard\n")
        #expect(!isAlive(id.load(ordering: .relaxed)))
    }

    @Test("An error of what runs beside the part is the error, and the part has ended")
    func error() async throws {
        let id = Atomic<Int32>(0)
        await #expect(throws: CocoaError.self) {
            try await idle.run { part in
                id.store(part, ordering: .relaxed)
                throw CocoaError(.fileNoSuchFile)
            }
        }
        #expect(!isAlive(id.load(ordering: .relaxed)))
    }

    @Test("Where a part ends by itself, the parts that were started after it end too")
    func order() async throws {
        let inner = Atomic<Int32>(0)
        await #expect(throws: ChildError.self) {
            try await idle.run { outer in
                try await idle.run { part in
                    inner.store(part, ordering: .relaxed)
                    kill(outer, SIGKILL)
                    try await Task.sleep(for: .seconds(3_600))
                }
            }
        }
        #expect(!isAlive(inner.load(ordering: .relaxed)))
    }
}
