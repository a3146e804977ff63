import Foundation
import Testing

@testable import WaitableHTTP

/// Credentials: their files, and what they are good for.
@Suite(.timeLimit(.minutes(1)))
struct CredentialTests {
    @Test("A made token is known by its line, and by nothing else")
    func token() throws {
        let token = BearerToken.make()
        #expect(token.hasPrefix("waitable_"))
        #expect(token.count == 9 + 43)
        #expect(token != BearerToken.make())
        let line = BearerToken.line(token: token, name: "shop", rights: [.read, .start])
        #expect(!line.contains(token))
        let credentials = Credentials(
            tokens: try Credentials.tokens(try CredentialFile.lines(of: "# people\n\n\(line)\r\n"))
        )
        #expect(credentials.caller(token: token) == Principal(name: "shop", rights: [.start, .read]))
        #expect(credentials.caller(token: token + "x") == nil)
        #expect(credentials.caller(token: "") == nil)
    }

    @Test("A made access key is in its line, and not in what is printed of it")
    func accessKey() throws {
        let (id, secret) = AccessKey.make()
        #expect(id.count == 20)
        #expect(secret.count == 40)
        let line = AccessKey.line(id: id, secret: secret, rights: [.manage])
        let key = try #require(try Credentials.accessKeys(try CredentialFile.lines(of: line))[id])
        #expect(key.secret == secret)
        #expect(!"\(key)".contains(secret))
        var dumped = ""
        dump([key], to: &dumped)
        #expect(!dumped.contains(secret))
    }

    @Test(
        "Bad lines are named by number and rule, and not shown",
        arguments: [
            ("a start", "line 1: must have three words: name, rights and value"),
            ("# x\na start,read sha256:00 more", "line 2: must have three words: name, rights and value"),
            ("a/b start sha256:00", "line 1: the name must be 1 to 64 letters, digits, '.', '_' and '-'"),
            ("a start,write sha256:00", "line 1: the rights must be one or more of start, read and manage"),
            ("a start,start sha256:00", "line 1: the rights must be one or more of start, read and manage"),
            ("a , sha256:00", "line 1: the rights must be one or more of start, read and manage"),
            ("a start hunter2hunter2", "line 1: the value must be sha256: and the 64 hexadecimal digits"),
            ("a start sha256:00", "line 1: the value must be sha256: and the 64 hexadecimal digits"),
        ]
    )
    func badLines(text: String, message: String) {
        #expect {
            try Credentials.tokens(try CredentialFile.lines(of: text))
        } throws: {
            "\($0)".hasPrefix(message) && !"\($0)".contains("hunter2")
        }
    }

    @Test("Names and secrets of access keys are checked")
    func badAccessKeys() throws {
        let secret = String(repeating: "s", count: 40)
        #expect {
            try CredentialFile.lines(of: "a start \(secret)\na read \(secret)")
        } throws: {
            "\($0)" == "line 2: the name must not be that of another line"
        }
        #expect {
            try Credentials.accessKeys(try CredentialFile.lines(of: "a start short"))
        } throws: {
            "\($0)" == "line 1: the secret must have 32 to 128 characters"
        }
    }

    @Test(
        "The right of an operation",
        arguments: [
            ("StartExecution", .start), ("StartSyncExecution", .start), ("DescribeExecution", .read),
            ("ListExecutions", .read), ("GetExecutionHistory", .read), ("ValidateStateMachineDefinition", .read),
            ("GetActivityTask", .start), ("SendTaskSuccess", .start), ("CreateStateMachine", .manage),
            ("StopExecution", .manage), ("Unheard", .manage), ("", .manage),
        ] as [(String, Right)]
    )
    func operation(name: String, right: Right) {
        #expect(Right(operation: name) == right)
    }
}
