import StatesLanguage
import Testing
import Waitable

@testable import WaitableHTTP

@Suite("The answer to a start")
struct StartAnswerTests {
    @Test(
        "is the same JSON as that of its members",
        arguments: [
            -1, 0, 999_999_999_999, 1_000_000_000_000, 1_000_000_000_001, 1_764_010_945_123, 1_764_010_945_120,
            1_764_010_945_000, 1_800_000_000_000, 9_999_999_999_999, 10_000_000_000_000, 253_402_300_799_999,
        ] as [Int64]
    )
    func members(milliseconds: Int64) throws {
        let item = try ItemStart(
            json: .object(["Id": .string("a-1"), "StartTimestamp": .string("2030-01-01T00:00:00Z")]),
            makeID: { "" }
        )
        let acceptance = Starter.Acceptance(
            key: ExecutionKey(machine: "machine", name: "a-1"),
            startDate: Instant(milliseconds: milliseconds),
            status: .running,
            isNew: true
        )
        let expected = JSON.object([
            "Id": .string("a-1"),
            "executionArn": .string("arn:aws:states:us-east-1:000000000000:execution:machine:a-1"),
            "startDate": .double(Double(milliseconds) / 1_000),
            "message": .string(ItemRoutes.message),
        ])
        let answer = ItemRoutes.answer(to: item, acceptance, arn: ARN())
        #expect(String(decoding: answer, as: UTF8.self) == expected.text)
    }
}
