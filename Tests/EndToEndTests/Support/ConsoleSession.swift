import Foundation
import RedisTestServer
import Testing

/// The `console` blocks of a document: commands behind `$ `, each with the output that the reader is shown.
struct ConsoleSession {
    struct Command {
        var line: String
        var output: [String] = []
    }

    let commands: [Command]
    /// The document's text.
    let text: String

    init(document: String) throws {
        text = try String(contentsOf: Program.root.appending(path: document), encoding: .utf8)
        var commands: [Command] = []
        var isInside = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                isInside = line == "```console"
            } else if isInside, line.hasPrefix("$ ") {
                commands.append(Command(line: String(line.dropFirst(2))))
            } else if isInside {
                commands[commands.count - 1].output.append(String(line))
            }
        }
        self.commands = commands
    }

    /// Runs the commands in one shell after the other, with the ports of a test's stack in place of the usual ones, and
    /// compares what they print; `…` stands for anything.
    ///
    /// - Parameters:
    ///   - user: Who calls redis-cli, one of ``RedisUsers``, unless a command says somebody else; `nil` for a Redis
    ///     without users, where no command is told one.
    ///   - folder: Where the commands run.
    func run(on stack: Stack, as user: String? = nil, in folder: URL = Program.root) async throws {
        let ports = [("6379", "\(stack.redis.port)"), ("127.0.0.1:8080", String(stack.url.dropFirst("http://".count)))]
        for command in commands {
            let said = user == nil ? command.line.replacing(#/ --user [a-z-]+/#, with: "") : command.line
            var line = said
            if let user, !line.contains("--user ") {
                line = line.replacing(/redis-cli -p [0-9]+/) { "\($0.output) --user waitable-\(user)" }
            }
            try await Self.run(
                Command(line: line, output: command.output),
                ports: ports,
                environment: Self.environment(stack, user),
                in: folder
            )
        }
    }

    /// Runs one command, with other ports in place of the usual ones, and compares what it prints.
    static func run(
        _ command: Command,
        ports: [(String, String)],
        environment: [String: String],
        in folder: URL
    ) async throws {
        let line = ports.reduce(command.line) { $0.replacing($1.0, with: $1.1) }
        let output = try await shell(line, environment: environment, in: folder)
        let expected = ports.reduce(command.output.joined(separator: "\n")) { $0.replacing($1.0, with: $1.1) }
        #expect(matches(output, expected), "\(command.line)\n\(output)")
    }

    /// The program's folder, before all others.
    static var path: String {
        let folder = URL(filePath: Program.path).deletingLastPathComponent().path
        return "\(folder):\(ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")"
    }

    /// What an AWS client, redis-cli and the command are told of the stack.
    private static func environment(_ stack: Stack, _ user: String?) -> [String: String] {
        // Empty, it would be a password of its own.
        let login = user.map { _ in ["REDISCLI_AUTH": RedisUsers.password] } ?? [:]
        return [
            "PATH": path,
            "WAITABLE_REDIS_URL": Stack.url(of: stack.redis, user: user.map { _ in "operator" }),
            "AWS_ENDPOINT_URL_SFN": stack.url, "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any", "AWS_PAGER": "",
            "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        ]
        .merging(login) { $1 }
    }

    static func shell(
        _ line: String,
        environment: [String: String],
        in folder: URL = Program.root
    ) async throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-c", line]
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let pipe = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
    }

    private static func matches(_ output: String, _ expected: String) -> Bool {
        var rest = output[...]
        let parts = expected.split(separator: "…", omittingEmptySubsequences: false)
        guard let first = parts.first, let last = parts.last, rest.hasPrefix(first) else { return false }
        if parts.count == 1 { return output == expected }
        rest = rest.dropFirst(first.count)
        for part in parts.dropFirst().dropLast() {
            guard let range = rest.firstRange(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return rest.hasSuffix(last)
    }
}
