import StatesLanguage
import Testing
import Waitable

@Suite("Errors of fields", .timeLimit(.minutes(1)))
struct FieldErrorTests {
    @Test("An instant is read, or refused by its field")
    func instants() throws {
        #expect(try Instant("2026-01-31T09:30:00Z", field: "dueTo") == Instant(iso8601: "2026-01-31T09:30:00Z"))
        let error = #expect(throws: FieldError.self) { try Instant("tomorrow", field: "dueTo") }
        let rule = "must be an ISO 8601 instant with 'T' and an offset or 'Z', such as 2026-01-31T09:30:00Z"
        #expect(error?.description == "dueTo: \(rule): 'tomorrow'")
    }
}
