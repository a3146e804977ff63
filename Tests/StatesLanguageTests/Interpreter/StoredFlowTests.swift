import Testing

@testable import StatesLanguage

/// A stored flow that is damaged must not be taken for another phase: a wait would be entered again.
@Suite("Damaged flows", .timeLimit(.minutes(1)))
struct StoredFlowTests {
    @Test(
        "a member of the wrong type is refused by its name",
        arguments: [
            (#""w":"soon""#, #"its 'w' is no instant: "soon""#), (#""w":1.5"#, "its 'w' is no instant: 1.5"),
            (#""w":null"#, "its 'w' is no instant: null"), (#""r":true"#, "its 'r' is no instant: true"),
            (#""t":"9","w":9"#, #"its 't' is no instant: "9""#), (#""c":5"#, "its retries ('c') are no list"),
            (#""k":[3,"x",null]"#, #"its 'k' is no instant: "x""#),
            (#""k":[3,null,1.5]"#, "its 'k' is no instant: 1.5"),
            (#""k":[-1,null,null]"#, "its 'k' is no count: -1"), (#""l":"7""#, #"its 'l' is no count: "7""#),
            (#""p":{}"#, "its 'p' is no count: {}"),
        ]
    )
    func damage(member: String, reason: String) throws {
        let json = try JSON(parsing: #"{"n":"S","e":5,"i":2,\#(member)}"#)
        #expect(throws: FlowError(reason: reason)) { try Flow(json: json) }
    }
}
