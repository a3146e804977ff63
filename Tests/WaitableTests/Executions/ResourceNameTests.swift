import Testing
import Waitable

@Suite(.timeLimit(.minutes(1)))
struct ResourceNameTests {
    @Test(
        "Names of 1 to 80 characters without the forbidden ones are valid",
        arguments: ["a", "order-42", "a.b_c-d", "Größe", "注文", String(repeating: "x", count: 80), "a(b)'!@+="]
    )
    func valid(name: String) {
        #expect(ResourceName.problem(with: name) == nil)
    }

    @Test("Each forbidden character is named")
    func forbidden() {
        for character in " <>{}[]?*\"#%\\^|~`$&,;:/\t\n\u{7F}\u{85}\u{2003}" {
            let problem = ResourceName.problem(with: "a\(character)b")
            #expect(problem?.hasPrefix("must not contain the character") == true, "\(character)")
        }
        #expect(ResourceName.problem(with: "a:b") == "must not contain the character ':' (U+003A)")
    }

    @Test("Lengths beyond the limits are named")
    func lengths() {
        #expect(ResourceName.problem(with: "") == "must have 1 to 80 characters, has 0")
        let long = String(repeating: "é", count: 81)
        #expect(ResourceName.problem(with: long) == "must have 1 to 80 characters, has 81")
    }

    @Test("ARNs read back; others are refused with AWS's reason")
    func arns() throws {
        let arn = ARN(region: "eu-west-1", account: "123456789012")
        let key = ExecutionKey(machine: "m", name: "e")
        #expect(arn.execution(key) == "arn:aws:states:eu-west-1:123456789012:execution:m:e")
        #expect(try arn.executionKey(in: arn.execution(key)) == key)
        #expect(try arn.stateMachineName(in: arn.stateMachine("m")) == "m")
        #expect(throws: ARNError("Invalid ARN prefix: x")) { try arn.stateMachineName(in: "x") }
        #expect(throws: ARNError.self) { try arn.stateMachineName(in: arn.execution(key)) }
        // What another account, region or partition has is not here.
        let others = [
            "aws:states:eu-west-1:1", "aws:states:us-east-1:123456789012", "aws-cn:states:eu-west-1:123456789012",
        ]
        for other in others {
            let text = "arn:\(other):stateMachine:m"
            #expect(throws: ARNError("ARN must begin with arn:aws:states:eu-west-1:123456789012: \(text)")) {
                try arn.stateMachineReference(in: text)
            }
        }
    }
}
