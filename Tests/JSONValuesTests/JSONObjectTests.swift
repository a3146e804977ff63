import JSONValues
import Testing

@Suite("JSON objects", .timeLimit(.minutes(1)))
struct JSONObjectTests {
    @Test("members stay in the order in which they were set")
    func order() {
        var object: JSONObject = ["b": .integer(1), "a": .integer(2)]
        object["c"] = .null
        object["b"] = .integer(3)
        #expect(JSON.object(object).text == #"{"b":3,"a":2,"c":null}"#)
        object["b"] = nil
        object["b"] = .integer(4)
        #expect(object.keys == ["a", "c", "b"])
    }

    @Test("large objects find, replace and remove members like small ones")
    func large() {
        var object = JSONObject()
        for index in 0..<100 { object["k\(index)"] = .integer(Int64(index)) }
        for index in stride(from: 0, to: 100, by: 2) { object["k\(index)"] = nil }
        object["k1"] = .string("new")
        object["missing"] = nil
        #expect(object.count == 50)
        #expect(object["k0"] == nil)
        #expect(object["k1"] == .string("new"))
        #expect(object["k99"] == .integer(99))
        #expect(object.keys.first == "k1")
    }

    @Test("equality and hash do not look at the order")
    func equality() {
        let left: JSONObject = ["a": .integer(1), "b": .integer(2)]
        let right: JSONObject = ["b": .integer(2), "a": .integer(1)]
        #expect(left == right)
        #expect(left.hashValue == right.hashValue)
        #expect(left != ["a": .integer(1)])
        #expect(left != ["a": .integer(1), "c": .integer(2)])
        #expect(JSON.integer(1) != .double(1))
    }
}
