import Foundation
import Testing

/// AWS's own clients, told no more than docs/aws-clients.md tells.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct AWSClientsTests {
    @Test("The settings that the guide exports suffice for the AWS CLI and for boto3")
    func exports() async throws {
        let guide = try String(
            contentsOf: Program.root.appending(path: "docs/aws-clients.md"),
            encoding: .utf8
        )
        let block = try #require(guide.firstMatch(of: /```sh\n((?:.|\n)*?)```/)).1
        #expect(block.contains("export AWS_ENDPOINT_URL_SFN="))
        try await Stack.with { stack in
            let worker = try stack.worker(["WAITABLE_POLL_MS": "200"])
            // Nothing else of the machine's own: no profile, no file, no service of a cloud that knows a region.
            let only = #"env -i PATH="$PATH" HOME=/nonexistent AWS_EC2_METADATA_DISABLED=true AWS_PAGER= bash -c"#
            let exports = block.replacing("http://127.0.0.1:8080", with: stack.url)
            let machine = "arn:aws:states:us-east-1:000000000000:stateMachine:waitable-stepfunction"
            for (line, answer) in [
                (
                    "aws stepfunctions list-state-machines --query 'stateMachines[].name' --output text",
                    "waitable-stepfunction"
                ),
                ("python3 examples/start_and_wait.py \(machine)", "by-boto3 SUCCEEDED not early: True"),
                // Unless the clients are told otherwise, they look for it at another host.
                (
                    #"aws stepfunctions test-state --definition '{"Type":"Succeed"}' --query status --output text"#,
                    "SUCCEEDED"
                ),
            ] {
                let command = "\(only) \"$SCRIPT\""
                let script = "\(exports)\n\(line)"
                let output = try await ConsoleSession.shell(command, environment: ["SCRIPT": script])
                #expect(output.hasPrefix(answer), "\(output)")
            }
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
        }
    }
}
