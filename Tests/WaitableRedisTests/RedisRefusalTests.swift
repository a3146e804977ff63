import RedisClient
import Testing
import Waitable
import WaitableRedis

@Suite("Refusals of functions", .timeLimit(.minutes(1)))
struct RedisRefusalTests {
    @Test("A broken rule is told by its field, rule and value")
    func field() {
        let line = "VALIDATION StartTimestamp: must be an instant: 'to: 'morrow'"
        let refusal = RedisRefusal(RedisServerError(line: line))
        #expect(refusal.code == .validation)
        #expect(refusal.field == FieldError(field: "StartTimestamp", rule: "must be an instant", value: "to: 'morrow"))
        #expect(refusal.description == line)
    }

    @Test(
        "Every code is read and written as it is spelled",
        arguments: ["VALIDATION", "NOTFOUND", "CONFLICT", "REVISION", "NOPERM", "LOADING", "READONLY", "WRONGTYPE"]
    )
    func codes(word: String) {
        let refusal = RedisRefusal(RedisServerError(line: "\(word) because"))
        #expect(refusal.code.word == word)
        #expect((refusal.code == .other(word)) == (word == "WRONGTYPE"))
        #expect(refusal.field == nil)
    }
}
