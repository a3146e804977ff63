import Foundation
import FoundationXML
import StateGraph
import StatesLanguage
import Testing

@Suite("The graph of a definition", .timeLimit(.minutes(1)))
struct StateGraphTests {
    private static let definition = #"""
        {"StartAt": "Read", "States": {
          "Read": {"Type": "Task", "Resource": "r", "Next": "Large?",
            "Catch": [{"ErrorEquals": ["States.Timeout", "E"], "Next": "Give up"}]},
          "Large?": {"Type": "Choice", "Default": "Each", "Choices": [
            {"And": [{"Variable": "$.total", "NumericGreaterThanEquals": 100}, {"Variable": "$.by", "IsPresent": true}], "Next": "Wait"},
            {"Not": {"Variable": "$.a", "StringEqualsPath": "$.b"}, "Next": "Read"}]},
          "Wait": {"Type": "Wait", "Seconds": 1, "Next": "Read"},
          "Each": {"Type": "Map", "End": true, "ItemProcessor": {"StartAt": "One", "States": {
            "One": {"Type": "Parallel", "End": true, "Branches": [
              {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}, {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": true}}}]}}}},
          "Give up": {"Type": "Fail"}}}
        """#

    private func graph(_ text: String) throws -> StateGraph {
        StateGraph(definition: try #require(JSON(parsing: text).objectValue))
    }

    @Test("It has the states in their order between start and end, and every way between them with its reason")
    func edges() throws {
        let graph = try graph(Self.definition)
        #expect(graph.nodes.map(\.name) == ["", "Read", "Large?", "Wait", "Each", "Give up", ""])
        #expect(graph.nodes.first?.kind == .start && graph.nodes.last?.kind == .end)
        let ways = graph.edges.map { "\($0.from) \($0.to) \($0.kind) \($0.label)" }
        #expect(
            ways == [
                "0 1 next ", "1 2 next ", "1 5 error States.Timeout, E", "2 3 choice $.total ≥ 100 and $.by is prese…",
                "2 1 choice not $.a = $.b", "2 4 default otherwise", "3 1 next ", "4 6 next ", "5 6 next ",
            ]
        )
        let each = graph.nodes[4].workflows
        #expect(each.map { $0.nodes.map(\.name) } == [["", "One", ""]])
        #expect(each[0].nodes[1].workflows.map { $0.nodes.map(\.name) } == [["", "A", ""], ["", "B", ""]])
    }

    @Test(
        "A definition that is none draws nothing wrong",
        arguments: [
            "{}", #"{"StartAt":1,"States":[]}"#,
            #"{"StartAt":"A","States":{"A":1,"B":{"Type":7,"Next":"Z","Choices":[1,{}]}}}"#,
            #"{"StartAt":"A","States":{"A":{"Type":"Map","ItemProcessor":7,"Branches":{}}}}"#,
        ]
    )
    func broken(text: String) throws {
        let graph = try graph(text)
        #expect(graph.edges.allSatisfy { $0.from < graph.nodes.count && $0.to < graph.nodes.count })
        #expect(XMLParser(data: Data(graph.svg(title: "t").utf8)).parse())
    }

    @Test("The picture is an XML document in which texts are texts")
    func hostile() throws {
        let name = "<script>alert(1)</script>\"'&]]>\u{1}\u{202E}é\u{FFFF}"
        let state: JSONObject = ["Type": .string("Task\"><script>"), "End": .bool(true)]
        let definition: JSONObject = [
            "StartAt": .string(name), "States": .object([name: .object(state)]),
        ]
        let graph = StateGraph(definition: definition)
        let svg = graph.svg(title: name)
        let reader = Reader()
        let parser = XMLParser(data: Data(svg.utf8))
        parser.delegate = reader
        #expect(parser.parse(), "\(svg)")
        #expect(!reader.elements.contains("script"))
        #expect(reader.text.contains("<script>alert(1)</script>\"'&]]>"))
        #expect(!graph.mermaid().contains("<script") && !graph.mermaid().contains("\"'"))
        #expect(graph.dot().contains(#"<script>alert(1)</script>\"'&]]>"#))
    }

    @Test("For Mermaid and Graphviz the same graph is text")
    func texts() throws {
        let graph = try graph(
            #"{"StartAt":"A","States":{"A":{"Type":"Choice","Choices":[{"Variable":"$.n","NumericLessThan":3,"Next":"M"}],"Default":"M"},"#
                + #""M":{"Type":"Map","End":true,"Iterator":{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}}}}"#
        )
        #expect(
            graph.mermaid() == """
                flowchart TD
                  n0((" "))
                  n1{"A<br/><small>Choice</small>"}
                  subgraph n2 ["M (Map)"]
                    n2_0_0((" "))
                    n2_0_1("P<br/><small>Pass</small>")
                    n2_0_2(((" ")))
                    n2_0_0 --> n2_0_1
                    n2_0_1 --> n2_0_2
                  end
                  n3(((" ")))
                  n0 --> n1
                  n1 -->|"$.n #60; 3"| n2
                  n1 -->|"otherwise"| n2
                  n2 --> n3

                """
        )
        let dot = graph.dot()
        for line in [
            "digraph {", "  n0 [shape=point, width=0.15]", #"  n1 [label="A\nChoice"]"#, "  subgraph cluster_n2 {",
            #"    n2_0_1 [label="P\nPass"]"#, "  n0 -> n1", #"  n1 -> n2 [label="$.n < 3"]"#, "  n2 -> n3", "}",
        ] {
            #expect(dot.split(separator: "\n").contains { $0 == line }, "\(line)")
        }
    }

    private final class Reader: NSObject, XMLParserDelegate {
        var elements: [String] = []
        var text = ""

        func parser(
            _ parser: XMLParser,
            didStartElement name: String,
            namespaceURI: String?,
            qualifiedName: String?,
            attributes: [String: String]
        ) { elements.append(name) }

        func parser(_ parser: XMLParser, foundCharacters text: String) { self.text += text }
    }

    @Test("Characters that would move a cursor or turn a text around are references in all of them")
    func controls() throws {
        let text = "a\u{1B}b\u{9B}c\u{202E}d\u{2028}e"
        let states: JSONObject = [text: .object(["Type": .string("Succeed")])]
        let graph = StateGraph(definition: ["StartAt": .string(text), "States": .object(states)])
        for picture in [graph.svg(title: text), graph.mermaid(), graph.dot()] {
            let controls = picture.unicodeScalars.filter { $0.isControl && $0 != "\n" }
            #expect(controls.isEmpty, "\(picture)")
            #expect(picture.contains("#8238;"))
        }
    }
}
