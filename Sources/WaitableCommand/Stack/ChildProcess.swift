import Foundation
import Subprocess

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

/// A program that a development stack runs. It ends with this process, however that ends.
struct ChildProcess: Sendable {
    let name: String
    /// A path, or a name on the `PATH`.
    let program: String
    var arguments: [String] = []
    /// What the environment of this process gets, or gets in place of what it has.
    var environment: [Spelling: String] = [:]

    /// How long it may take to end after it was asked to.
    private static let patience = Duration.seconds(10)

    /// Runs something as long as the process runs. Then asks the process to end, kills it where it does not within 10 seconds,
    /// and waits for its end.
    ///
    /// - Parameter body: Gets the process's id.
    /// - Throws: What `body` throws; ``ChildNotFound``, and ``ChildError`` where the process ends by itself.
    func run(while body: @Sendable @escaping (Int32) async throws -> Void) async throws {
        let (started, start) = AsyncStream<Int32>.makeStream()
        try await withThrowingTaskGroup { group in
            group.addTask { try await run(start) }
            defer { group.cancelAll() }
            var ids = started.makeAsyncIterator()
            // Where there is no id, the task that runs the process has the reason.
            if let id = await ids.next() { group.addTask { try await body(id) } }
            try await group.next()
        }
    }

    /// Becomes the program in its arguments, and leaves someone behind who waits at its standard input. There a line comes when
    /// the program has ended. The input ends without one where whoever began the program has died; then the program is ended, and
    /// killed where it does not end within 10 seconds.
    private static let watched = """
        exec 3<&0
        (
            trap '' INT HUP
            read -r line <&3 && exit
            kill -TERM $$
            for second in 1 2 3 4 5 6 7 8 9 10; do
                sleep 1
                kill -0 $$ || exit
            done
            kill -KILL $$
        ) >/dev/null 2>&1 &
        exec "$0" "$@" 3<&- </dev/null
        """

    /// Runs the process until it ends by itself, or the task is cancelled.
    private func run(_ start: AsyncStream<Int32>.Continuation) async throws {
        defer { start.finish() }
        let (reading, writing) = try FileDescriptor.pipe()
        // No other child keeps them open after this process.
        for end in [reading, writing] { _ = fcntl(end.rawValue, F_SETFD, FD_CLOEXEC) }
        defer {
            _ = try? writing.writeAll("\n".utf8)
            for end in [reading, writing] { try? end.close() }
        }
        var options = PlatformOptions()
        // A group of its own: Ctrl-C reaches the stack alone, which ends its parts in order.
        options.processGroupID = 0
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: Self.patience)]
        var values: [Environment.Key: String?] = [:]
        for (name, value) in environment { values[Environment.Key(stringLiteral: name.text)] = value }
        do {
            let executable =
                program.utf8.contains(UInt8(ascii: "/")) ? Executable.path(FilePath(program)) : .name(program)
            let path = try await executable.resolveExecutablePath(in: .inherit)
            let end = try await Subprocess.run(
                .path("/bin/sh"),
                arguments: Arguments(["-c", Self.watched, path.string] + arguments),
                environment: .inherit.updating(values),
                platformOptions: options,
                input: .fileDescriptor(reading, closeAfterSpawningProcess: false),
                output: .currentStandardError,
                error: .currentStandardError
            ) { execution in
                _ = start.yield(execution.processIdentifier.value)
            }
            try Task.checkCancellation()
            throw ChildError(name: name, status: end.terminationStatus)
        } catch let error as SubprocessError where error.code == .executableNotFound {
            throw ChildNotFound(program: program)
        }
    }
}

/// A program that is not installed.
struct ChildNotFound: Error, CustomStringConvertible {
    let program: String

    var description: String { "\(program) is not installed: it has to be on the PATH" }
}

/// A part of the stack that ended by itself.
struct ChildError: Error, CustomStringConvertible {
    let name: String
    let status: TerminationStatus

    var description: String {
        switch status {
        case .exited(let code): "\(name) ended by itself with code \(code): the stack is stopped"
        case .signaled(let signal): "\(name) was ended by signal \(signal): the stack is stopped"
        }
    }
}
