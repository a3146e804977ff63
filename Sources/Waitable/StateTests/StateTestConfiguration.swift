import StatesLanguage

/// `stateConfiguration` of a `TestState` call: where in its work the state is taken to be.
struct StateTestConfiguration {
    private let members: JSONObject
    private let test: StateTest

    /// Checks that the members go with the state.
    init(_ members: JSONObject, _ test: StateTest) throws(StateTestCall.Refusal) {
        self.members = members
        self.test = test
        if let name = members["errorCausedByState"]?.stringValue {
            guard test.hasBranches else {
                throw StateTestCall.Refusal("errorCausedByState can only be specified for a Map or Parallel state")
            }
            guard test.holds(name) else {
                throw StateTestCall.Refusal("errorCausedByState: State '\(name)' not found in definition")
            }
        }
        for name in ["mapIterationFailureCount", "mapItemReaderData"] where members[name] != nil && !test.isMap {
            throw StateTestCall.Refusal("\(name) can only be specified for a Map state")
        }
        if members["mapItemReaderData"] != nil, !test.has("ItemReader") {
            throw StateTestCall.Refusal("mapItemReaderData can only be specified for a Map state with an ItemReader")
        }
        if members["mapItemReaderData"] == nil, test.isMap, test.has("ItemReader") {
            throw StateTestCall.Refusal("mapItemReaderData must be specified for a Map state with an ItemReader")
        }
    }

    func setup(mock: StateTestSetup.Mock?, variables: JSONObject) throws(StateTestCall.Refusal) -> StateTestSetup {
        StateTestSetup(
            mock: mock,
            variables: variables,
            retries: members["retrierRetryCount"]?.countValue ?? 0,
            failedIterations: members["mapIterationFailureCount"]?.countValue ?? 0,
            readItems: try readItems()
        )
    }

    /// What the state's `ItemReader` makes of the data, which is as its source has it: JSON, or a JSON value a line.
    private func readItems() throws(StateTestCall.Refusal) -> [JSON]? {
        guard let data = members["mapItemReaderData"]?.stringValue else { return nil }
        func invalid(_ reason: String) -> StateTestCall.Refusal {
            StateTestCall.Refusal("mapItemReaderData: \(reason)")
        }
        let configuration = test.field("ItemReader")?.objectValue?["ReaderConfig"]?.objectValue
        let type = configuration?["InputType"]?.stringValue ?? "JSON"
        switch type {
        case "JSON":
            guard let items = (try? JSON(parsing: data))?.arrayValue else { throw invalid("must be a JSON array") }
            return items
        case "JSONL":
            var items: [JSON] = []
            for line in data.utf8.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
                guard let item = try? JSON(parsing: Array(line)) else { throw invalid("must be JSON on each line") }
                items.append(item)
            }
            return items
        default: throw invalid("The InputType \(type) is not supported by this version")
        }
    }
}
