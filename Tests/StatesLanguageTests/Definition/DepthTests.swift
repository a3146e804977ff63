import Testing

@testable import StatesLanguage

/// Text that stands in itself hundreds of thousands of times: each reader counts, and says which rule it breaks.
@Suite("Depth", .timeLimit(.minutes(1)))
struct DepthTests {
    private static let many = 200_000

    private static func many(_ text: String) -> String { String(repeating: text, count: many) }

    private func problems(_ definition: String) -> [String] {
        do {
            _ = try StateMachine(definition: definition, resources: TestCatalog())
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    private func reason(_ path: String) -> String? {
        do {
            _ = try Path(parsing: path)
            return nil
        } catch {
            return error.reason
        }
    }

    @Test("a path's filter")
    func filter() {
        #expect(reason("$[?(" + Self.many("!") + "@.a)]") == "has conditions more than 32 deep")
        #expect(reason("$[?(" + Self.many("(") + "@.a") == "has conditions more than 32 deep")
        #expect(reason("$[?(" + Self.many("!(") + "@.a") == "has conditions more than 32 deep")
        #expect(reason("$[?(@.a in " + Self.many("[")) == "has lists more than 32 deep")
        #expect(reason("$" + Self.many("[?(@")) == "has conditions more than 32 deep")
        #expect(reason("$" + Self.many("..")) == "must not end with '.'")
        #expect(reason("$[?(" + String(repeating: "!", count: 31) + "@.a)]") == nil)
        let lists = String(repeating: "[", count: 32) + String(repeating: "]", count: 32)
        #expect(reason("$[?(@.a in \(lists))]") == nil)
    }

    @Test("a path's filter in a definition")
    func filterInDefinition() {
        for text in ["!", "["] {
            let path = "$[?(" + Self.many(text) + "@.a)]"
            let found = problems(machine(#"{"Type":"Pass","InputPath":\#(JSON.string(path).text),"End":true}"#))
            #expect(found.count == 1)
            #expect(found.first?.utf8.count ?? .max < 5_000)
        }
    }

    @Test("calls of intrinsic functions")
    func calls() {
        let call = Self.many("States.Array(")
        let found = problems(machine(#"{"Type":"Pass","Parameters":{"a.$":"\#(call.prefix(1_000_000))"},"End":true}"#))
        #expect(found.count == 1)
    }

    @Test("choice rules")
    func rules() {
        func found(_ count: Int, _ open: String, _ close: String) -> [String] {
            let rule =
                String(repeating: open, count: count) + #"{"Variable":"$.a","IsPresent":true}"#
                + String(repeating: close, count: count)
            let choice = #"{"Type":"Choice","Choices":[{"Next":"T","Not":\#(rule)}]}"#
            return problems(machine(choice, #","T":{"Type":"Succeed"}"#))
        }
        #expect(found(63, #"{"Not":"#, "}").isEmpty)
        let nots = found(100, #"{"Not":"#, "}")
        #expect(nots.count == 1)
        #expect(nots.first?.contains("Choice rules must not stand in each other more than 64 deep") == true)
        #expect(found(70, #"{"And":["#, "]}").first?.contains("more than 64 deep") == true)
    }

    @Test("Parallel states")
    func forks() {
        func found(_ count: Int) -> [String] {
            var state = #"{"Type":"Succeed"}"#
            for level in 0..<count {
                state =
                    #"{"Type":"Parallel","End":true,"Branches":[{"StartAt":"P\#(level)","States":{"P\#(level)":"#
                    + state + "}}]}"
            }
            return problems(machine(state))
        }
        #expect(found(32).isEmpty)
        #expect(
            found(40).contains { $0.contains("Parallel and Map states must not stand in each other more than 32 deep") }
        )
    }

    @Test("definitions, templates and data are JSON, which has 256 levels")
    func json() {
        let template = Self.many("[") + Self.many("]")
        let found = problems(machine(#"{"Type":"Pass","Parameters":\#(template),"End":true}"#))
        #expect(found.first?.contains("Document nesting depth exceeds the maximum allowed (256)") == true)
    }

    @Test("a definition with 10,000 wrong fields is told of 101, in texts of limited length")
    func problemCount() {
        let fields = (0..<10_000).map { #""f\#($0).$":"no path""# }.joined(separator: ",")
        let key = String(repeating: "k", count: 200_000)
        let found = problems(machine(#"{"Type":"Pass","Parameters":{"\#(key)":{\#(fields)}},"End":true}"#))
        #expect(found.count == 101)
        #expect(found.allSatisfy { $0.utf8.count < 10_000 })
    }

    @Test("a template of 20,000 lookups far down is read in one pass")
    func wideTemplate() throws {
        let fields = (0..<20_000).map { #""f\#($0).$":"$v\#($0)""# }.joined(separator: ",")
        let template = String(repeating: #"{"a":"#, count: 200) + "{\(fields)}" + String(repeating: "}", count: 200)
        let machine = try StateMachine(
            definition: machine(#"{"Type":"Pass","Parameters":\#(template),"End":true}"#),
            resources: TestCatalog()
        )
        #expect(machine.variableReferences["S"]?.count == 20_000)
    }

    @Test("of two fields with one name in a template the last one counts, at the place of the first")
    func sameNames() throws {
        let run = try Run(
            machine(
                #"{"Type":"Pass","Parameters":{"a.$":"$.x","b":{"c.$":"$.x","c":[{"d.$":"$.y"}]},"a":{"e.$":"$.y"}},"End":true}"#
            ),
            input: #"{"x":1,"y":2}"#
        )
        #expect(run.output == #"{"a":{"e":2},"b":{"c":[{"d":2}]}}"#)
    }
}
