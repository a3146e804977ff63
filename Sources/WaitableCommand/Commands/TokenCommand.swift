import ArgumentParser
import StatesLanguage
import WaitableHTTP

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Makes bearer tokens for an ingest.",
        subcommands: [Create.self]
    )

    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create",
            abstract: "Makes a token, and the line for the file that WAITABLE_TOKENS_FILE names.",
            discussion: """
                The token is shown once: the file has its SHA-256 only. Take the line out of
                the file, and the token is worth nothing.

                Example:
                  waitable token create --name shop --rights start,read
                """
        )

        @OptionGroup var credential: CredentialFlags
        @Flag(name: .customLong("json"), help: "Prints JSON.")
        var json = false

        func run() {
            let token = BearerToken.make()
            let line = BearerToken.line(token: token, name: credential.name, rights: credential.rights)
            if json {
                print(json: .object(["token": .string(token), "line": .string(line)]))
            } else {
                print(block: "token, for the caller (shown once):\n\(token)\nline, for the file:\n\(line)")
            }
        }
    }
}

struct AccessKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "access-key",
        abstract: "Makes AWS access keys for an ingest.",
        subcommands: [Create.self]
    )

    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create",
            abstract: "Makes an access key, and the line for the file that WAITABLE_ACCESS_KEYS_FILE names.",
            discussion: """
                The file has the secret in clear, because signatures cannot be checked without
                it: keep its mode at 600.

                Example:
                  waitable access-key create --rights start,read
                """
        )

        @OptionGroup var credential: RightFlags
        @Flag(name: .customLong("json"), help: "Prints JSON.")
        var json = false

        func run() {
            let (id, secret) = AccessKey.make()
            let line = AccessKey.line(id: id, secret: secret, rights: credential.rights)
            if json {
                let answer: JSONObject = [
                    "accessKeyId": .string(id), "secretAccessKey": .string(secret), "line": .string(line),
                ]
                print(json: .object(answer))
            } else {
                print(
                    block: """
                        for the caller:
                        AWS_ACCESS_KEY_ID=\(id)
                        AWS_SECRET_ACCESS_KEY=\(secret)
                        line, for the file:
                        \(line)
                        """
                )
            }
        }
    }
}

/// What a credential lets its holder do.
struct RightFlags: ParsableArguments {
    @Option(name: .customLong("rights"), help: "What it is good for: \(Right.rule).")
    var text: String

    var rights: Set<Right> { Right.set(text) ?? [] }

    func validate() throws {
        guard Right.set(text) != nil else { throw ValidationError("--rights: must be \(Right.rule): '\(text)'") }
    }
}

/// A credential's name, and what it lets its holder do.
struct CredentialFlags: ParsableArguments {
    @Option(name: .customLong("name"), help: "What it is called in logs: \(CredentialName.rule).")
    var name: String
    @OptionGroup var what: RightFlags

    var rights: Set<Right> { what.rights }

    func validate() throws {
        guard CredentialName.isValid(name) else {
            throw ValidationError("--name: must be \(CredentialName.rule): '\(name)'")
        }
    }
}
