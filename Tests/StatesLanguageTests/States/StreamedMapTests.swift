import Testing

@testable import StatesLanguage

@Suite("Map runs whose items are read, or whose results are written, piece by piece", .timeLimit(.minutes(1)))
struct StreamedMapTests {
    private static func map(_ fields: String, language: String = "JSONPath") -> String {
        machine(
            #"{"Type":"Map","QueryLanguage":"\#(language)","Label":"L",\#(fields)"End":true,"ItemProcessor":{"ProcessorConfig":"#
                + #"{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}}}"#
        )
    }

    private static func reader(_ config: String = "", _ more: String = "") -> String {
        #""ItemReader":{"Resource":"arn:aws:states:::s3:getObject","ReaderConfig":{"InputType":"JSONL"\#(config)},"#
            + #""Parameters":{"Bucket.$":"$.b","Key":"k"}},"# + more
    }

    private static let writer =
        #""ResultWriter":{"Resource":"arn:aws:states:::s3:putObject","Parameters":{"Bucket":"out","Prefix":"p"}},"#

    private func run(_ definition: String, _ input: String = #"{"b":"in"}"#) throws -> Run {
        var run = try Run(definition, input: input)
        run.isRecoded = true
        return run
    }

    private func reading(_ run: Run) throws -> ItemReading {
        guard case .read(let reading)? = run.tasks.transfers.last else { throw Missing() }
        return reading
    }

    private func writing(_ run: Run) throws -> ResultWriting {
        guard case .write(let writing)? = run.tasks.transfers.last else { throw Missing() }
        return writing
    }

    private struct Missing: Error {}

    private static let id = 4

    /// What a page is answered with.
    private func page(_ number: Int, _ items: [Int], _ position: String? = nil) -> Stimulus {
        var answer: JSONObject = ["page": .integer(Int64(number)), "items": .array(items.map { .integer(Int64($0)) })]
        answer["position"] = position.map(JSON.string)
        return .succeeded(task: Self.id, output: .object(answer))
    }

    private func succeed(_ index: Int) -> Stimulus {
        .succeeded(task: MapItemRequest.id(of: index, in: Self.id), output: .integer(Int64(-index)))
    }

    private func fail(_ index: Int) -> Stimulus {
        .failed(task: MapItemRequest.id(of: index, in: Self.id), error: "E", cause: nil)
    }

    private func inputs(_ run: Run) -> [String] { run.tasks.items.map(\.input.text) }

    @Test("pages are read one after the other, and each item begins once")
    func pages() throws {
        var run = try run(Self.map(Self.reader()))
        var reading = try reading(run)
        #expect(reading.id == Self.id)
        #expect(JSON.object(reading.parameters).text == #"{"Bucket":"in","Key":"k"}"#)
        #expect(reading.format == .jsonLines)
        #expect(reading.page == 1)
        #expect(reading.position == nil)
        try run.advance(milliseconds: 1, by: [page(1, [10, 11], "a")])
        #expect(inputs(run) == ["10", "11"])
        reading = try self.reading(run)
        #expect(reading.page == 2)
        #expect(reading.position == "a")
        // The same answer once more, late: nothing begins twice.
        try run.advance(milliseconds: 1, by: [page(1, [10, 11], "a"), succeed(0), succeed(0)])
        #expect(inputs(run) == ["10", "11"])
        try run.advance(milliseconds: 1, by: [page(2, [12])])
        #expect(inputs(run) == ["10", "11", "12"])
        #expect(run.tasks.transfers.count == 2)
        try run.advance(milliseconds: 1, by: [succeed(2)])
        try run.advance(milliseconds: 1, by: [succeed(1)])
        #expect(run.output == "[0,-1,-2]")
        #expect(
            run.types == [
                "ExecutionStarted", "MapStateEntered", "MapStateStarted", "MapRunStarted", "MapRunSucceeded",
                "MapStateSucceeded", "MapStateExited", "ExecutionSucceeded",
            ]
        )
    }

    @Test("a page that nobody answers is asked for again, and either answer counts once")
    func lostReader() throws {
        var run = try run(Self.map(Self.reader()))
        try run.advance(milliseconds: 20_000, by: [.heartbeat(task: Self.id, at: run.now.adding(milliseconds: 20_000))])
        try run.advance(milliseconds: 29_999)
        #expect(run.tasks.transfers.count == 1)
        try run.advance(milliseconds: 1)
        #expect(run.tasks.transfers.count == 2)
        #expect(run.tasks.transfers[0] == run.tasks.transfers[1])
        try run.advance(milliseconds: 1, by: [page(1, [1]), page(1, [1])])
        #expect(inputs(run) == ["1"])
        try run.advance(milliseconds: 1, by: [succeed(0)])
        #expect(run.output == "[0]")
    }

    @Test("MaxItems ends the reading, from the definition, a path or an expression")
    func mostItems() throws {
        let jsonata =
            #""ItemReader":{"Resource":"arn:aws:states:::s3:getObject","ReaderConfig":{"InputType":"JSONL","MaxItems":"#
            + #""{% $states.input.n + 1 %}"},"Arguments":{"Bucket":"{% $states.input.b %}","Key":"k"}},"#
        for definition in [
            Self.map(Self.reader(#","MaxItems":3"#)), Self.map(Self.reader(#","MaxItemsPath":"$.m""#)),
            Self.map(jsonata, language: "JSONata"),
        ] {
            var run = try run(definition, #"{"b":"in","m":3,"n":2}"#)
            #expect(try reading(run).most == 3)
            try run.advance(milliseconds: 1, by: [page(1, [1, 2], "a")])
            #expect(try reading(run).most == 1)
            try run.advance(milliseconds: 1, by: [page(2, [3, 4], "b")])
            #expect(inputs(run) == ["1", "2", "3"])
            try run.advance(milliseconds: 1, by: [succeed(0), succeed(1), succeed(2)])
            #expect(run.output == "[0,-1,-2]")
        }
        #expect(try run(Self.map(Self.reader(#","MaxItemsPath":"$.m""#))).failure?.error == "States.Runtime")
        let negative = try run(Self.map(Self.reader(#","MaxItemsPath":"$.m""#)), #"{"b":"in","m":-1}"#)
        #expect(
            negative.failure == .init(error: "States.ItemReaderFailed", cause: "field MaxItems must be positive")
        )
    }

    @Test(
        "MaxItems 0 stands for all, from the definition and from a path",
        arguments: [#","MaxItems":0"#, #","MaxItemsPath":"$.m""#]
    )
    func allItems(config: String) throws {
        var run = try run(Self.map(Self.reader(config)), #"{"b":"in","m":0}"#)
        #expect(try reading(run).most == 400)
        try run.advance(milliseconds: 1, by: [page(1, [1, 2])])
        try run.advance(milliseconds: 1, by: [succeed(0), succeed(1)])
        #expect(run.output == "[0,-1]")
    }

    @Test("no more run at once than may; what a step has no room for begins in the next one")
    func concurrency() throws {
        var run = try run(Self.map(Self.reader("", #""MaxConcurrency":2,"#)))
        try run.advance(milliseconds: 1, by: [page(1, [1, 2, 3, 4])])
        #expect(inputs(run) == ["1", "2"])
        #expect(run.flow?.wakeUp == nil)
        run.tasks.room = 0
        try run.advance(milliseconds: 1, by: [succeed(1)])
        #expect(run.flow?.wakeUp == run.now)
        run.tasks.room = .max
        try run.advance(milliseconds: 1)
        #expect(inputs(run) == ["1", "2", "3"])
        try run.advance(milliseconds: 1, by: [.tuned(run: Self.id, MapRunSettings(maxConcurrency: 5))])
        #expect(inputs(run) == ["1", "2", "3", "4"])
    }

    @Test("batches go over the ends of pages, and are never larger than an input")
    func batches() throws {
        let fields =
            #""ItemBatcher":{"MaxItemsPerBatch":3},"ItemSelector":{"v.$":"$$.Map.Item.Value","i.$":"$$.Map.Item.Index"},"#
        var run = try run(Self.map(Self.reader("", fields)))
        try run.advance(milliseconds: 1, by: [page(1, [1, 2, 3, 4], "a")])
        #expect(inputs(run) == [#"{"Items":[{"v":1,"i":0},{"v":2,"i":1},{"v":3,"i":2}]}"#])
        try run.advance(milliseconds: 1, by: [page(2, [5])])
        #expect(inputs(run).last == #"{"Items":[{"v":4,"i":3},{"v":5,"i":4}]}"#)
        let large = JSON.string(String(repeating: "x", count: 100_000))
        var other = try self.run(Self.map(Self.reader("", #""ItemBatcher":{"MaxItemsPerBatch":3},"#)))
        let answer: JSONObject = ["page": .integer(1), "items": .array([large, large, large])]
        try other.advance(milliseconds: 1, by: [.succeeded(task: Self.id, output: .object(answer))])
        #expect(other.tasks.items.map { $0.input.objectValue?["Items"]?.arrayValue?.count } == [2, 1])
    }

    @Test("a percentage of failures counts once all items are known, a number of them at once")
    func tolerance() throws {
        var run = try run(Self.map(Self.reader("", #""ToleratedFailurePercentage":50,"#)))
        try run.advance(milliseconds: 1, by: [page(1, [1, 2], "a")])
        try run.advance(milliseconds: 1, by: [fail(0), fail(1)])
        #expect(run.flow != nil)
        var other = run
        try run.advance(milliseconds: 1, by: [page(2, [3, 4])])
        try run.advance(milliseconds: 1, by: [succeed(2), succeed(3)])
        #expect(run.output == "[-2,-3]")
        try other.advance(milliseconds: 1, by: [page(2, [3])])
        #expect(other.failure?.error == "States.ExceedToleratedFailureThreshold")
        #expect(other.types.suffix(3) == ["MapRunFailed", "MapStateFailed", "ExecutionFailed"])
        var strict = try self.run(Self.map(Self.reader()))
        try strict.advance(milliseconds: 1, by: [page(1, [1, 2], "a")])
        try strict.advance(milliseconds: 1, by: [fail(0)])
        #expect(strict.failure?.error == "States.ExceedToleratedFailureThreshold")
    }

    @Test("what cannot be read fails the state, which may catch it")
    func failure() throws {
        let failure = Stimulus.failed(task: Self.id, error: "States.ItemReaderFailed", cause: "why")
        var run = try run(Self.map(Self.reader()))
        try run.advance(milliseconds: 1, by: [failure])
        #expect(run.failure == Run.Failure(error: "States.ItemReaderFailed", cause: "why"))
        #expect(run.types.suffix(3) == ["MapRunFailed", "MapStateFailed", "ExecutionFailed"])
        let catching = #""Catch":[{"ErrorEquals":["States.ItemReaderFailed"],"Next":"C"}],"#
        let definition =
            Self.map(Self.reader("", catching)).dropLast(2) + #","C":{"Type":"Pass","Result":"c","End":true}}}"#
        var caught = try self.run(String(definition))
        try caught.advance(milliseconds: 1, by: [failure])
        #expect(caught.output == #""c""#)
    }

    @Test("what runs and what is read stays small, however many items there are")
    func size() throws {
        var run = try run(Self.map(Self.reader("", #""ResultPath":null,"MaxConcurrency":10,"#)))
        var index = 0
        for number in 1...200 {
            try run.advance(milliseconds: 1, by: [page(number, Array(0..<20), "p\(number)")])
            while run.flow?.pendingTasks.count ?? 0 > 1 {
                try run.advance(milliseconds: 1, by: (index..<index + 10).map(succeed))
                index += 10
            }
        }
        #expect(index == 4_000)
        #expect(run.flow?.json.text.utf8.count ?? .max < 500)
        try run.advance(milliseconds: 1, by: [page(201, [])])
        #expect(run.output == #"{"b":"in"}"#)
    }

    @Test("results that are more than a state's result holds fail it as soon as they are")
    func largeResult() throws {
        var run = try run(Self.map(Self.reader()))
        try run.advance(milliseconds: 1, by: [page(1, [1, 2, 3], "a")])
        let large = JSON.string(String(repeating: "x", count: 150_000))
        for index in 0..<2 {
            let task = MapItemRequest.id(of: index, in: Self.id)
            try run.advance(milliseconds: 1, by: [.succeeded(task: task, output: large)])
        }
        #expect(run.failure?.error == "States.DataLimitExceeded")
    }

    @Test("results are written part by part, and the state's result names the manifest")
    func writer() throws {
        var run = try run(Self.map(Self.reader("", Self.writer)))
        try run.advance(milliseconds: 1, by: [page(1, [1, 2])])
        try run.advance(milliseconds: 1, by: [succeed(0)])
        #expect(run.tasks.transfers.count == 1)
        try run.advance(milliseconds: 1, by: [succeed(1)])
        var writing = try writing(run)
        #expect(writing.count == 2)
        #expect(writing.haveAllSucceeded)
        #expect(writing.transformation == .none)
        #expect(JSON.object(writing.parameters).text == #"{"Bucket":"out","Prefix":"p"}"#)
        #expect(writing.position == nil)
        let first = writing.page
        // A late answer of another page, and one that is lost.
        try run.advance(milliseconds: 1, by: [page(1, [3], "x")])
        try run.advance(milliseconds: 30_000)
        #expect(run.tasks.transfers.count == 3)
        func answer(_ page: Int, _ members: JSONObject) -> Stimulus {
            var answer = members
            answer["page"] = .integer(Int64(page))
            return .succeeded(task: Self.id, output: .object(answer))
        }
        try run.advance(milliseconds: 1, by: [answer(first, ["position": .string("q")])])
        writing = try self.writing(run)
        #expect(writing.page == first + 1)
        #expect(writing.position == "q")
        try run.advance(
            milliseconds: 1,
            by: [answer(first + 1, ["details": .object(["Bucket": .string("out"), "Key": .string("m")])])]
        )
        let arn = "arn:aws:states:eu-west-1:123456789012:mapRun:machine/L:run.4"
        #expect(run.output == #"{"MapRunArn":"\#(arn)","ResultWriterDetails":{"Bucket":"out","Key":"m"}}"#)
    }

    @Test("the results of a run that fails are written too")
    func failedWriter() throws {
        var run = try run(Self.map(Self.writer), "[1,2]")
        #expect(inputs(run) == ["1", "2"])
        try run.advance(milliseconds: 1, by: [fail(0)])
        let writing = try writing(run)
        #expect(!writing.haveAllSucceeded)
        #expect(run.flow?.pendingTasks.map(\.id) == [Self.id])
        let answer: JSONObject = ["page": .integer(Int64(writing.page)), "details": .object([:])]
        try run.advance(milliseconds: 1, by: [.succeeded(task: Self.id, output: .object(answer))])
        #expect(run.failure?.error == "States.ExceedToleratedFailureThreshold")
    }

    @Test(
        "a writer without a resource only puts the results together",
        arguments: [("COMPACT", "[[1,2],3]"), ("FLATTEN", "[1,2,3]"), ("NONE", "[[1,2],3]")]
    )
    func transformations(name: String, output: String) throws {
        let config = #""ResultWriter":{"WriterConfig":{"Transformation":"\#(name)","OutputType":"JSON"}},"#
        var run = try run(Self.map(config), "[1,2]")
        #expect(run.tasks.items.allSatisfy { $0.wantsDescription == (name == "NONE") })
        let outputs: [JSON] = [.array([.integer(1), .integer(2)]), .integer(3)]
        try run.advance(
            milliseconds: 1,
            by: outputs.enumerated().map {
                .succeeded(task: MapItemRequest.id(of: $0.offset, in: Self.id), output: $0.element)
            }
        )
        #expect(run.output == output)
    }

    @Test("a redrive begins the run anew, with its first item")
    func redrive() throws {
        var run = try run(Self.map(Self.reader()))
        try run.advance(milliseconds: 1, by: [page(1, [1, 2], "a")])
        try run.advance(milliseconds: 1, by: [fail(0)])
        guard case .failed(let flow, _, _) = run.outcome else { throw Missing() }
        var tasks = ScriptedTasks()
        let stored = try Flow(json: try JSON(parsing: flow.json.text))
        _ = run.interpreter.redrive(stored, at: run.now, tasks: &tasks)
        guard case .read(let reading)? = tasks.transfers.last else { throw Missing() }
        #expect(reading.position == nil)
        #expect(reading.id != Self.id)
    }

    @Test("what this version cannot read is deployed with a warning, and fails its state")
    func unsupported() throws {
        for reader in [
            #"{"Resource":"arn:aws:states:::s3:getObject","ReaderConfig":{"InputType":"PARQUET"},"Parameters":{"Bucket":"b","Key":"k"}}"#,
            #"{"Resource":"arn:aws:states:::other:getObject","Parameters":{}}"#,
        ] {
            let definition = Self.map(#""ItemReader":\#(reader),"#)
            let machine = try StateMachine(definition: definition, resources: TestCatalog())
            #expect(machine.warnings.map(\.location) == ["/States/S/ItemReader/Resource"])
            #expect(try run(definition).failure?.error == "States.ItemReaderFailed")
        }
        let machine = try StateMachine(definition: Self.map(Self.reader("", Self.writer)), resources: TestCatalog())
        #expect(machine.warnings.map(\.location) == ["/States/S/ItemReader", "/States/S/ResultWriter"])
        #expect(machine.buckets == [nil, "out"])
    }

    @Test(
        "a configuration that cannot be is refused",
        arguments: [
            (
                #""InputType":"XML""#, "InputType must be one of CSV, JSON, JSONL, MANIFEST, PARQUET: 'XML'",
                "/InputType"
            ),
            (#""InputType":"CSV""#, "The field 'CSVHeaderLocation' is required but was missing", ""),
            (
                #""InputType":"CSV","CSVHeaderLocation":"GIVEN""#,
                "CSVHeaders must be an array of strings where CSVHeaderLocation is GIVEN", "/CSVHeaders"
            ),
            (
                #""InputType":"CSV","CSVHeaderLocation":"FIRST_ROW","CSVDelimiter":"X""#,
                "CSVDelimiter must be one of COMMA, PIPE, SEMICOLON, SPACE, TAB: 'X'", "/CSVDelimiter"
            ),
            (#""ItemsPointer":"a""#, "The value is not a valid JSON Pointer: 'a'", "/ItemsPointer"),
            (#""ItemsPointer":"/~2""#, "The value is not a valid JSON Pointer: '/~2'", "/ItemsPointer"),
            (#""ManifestType":"X""#, "ManifestType must be one of ATHENA_DATA, S3_INVENTORY: 'X'", "/ManifestType"),
            (
                #""InputType":"JSON","Transformation":"X""#,
                "Transformation must be one of LOAD_AND_FLATTEN, NONE: 'X'", "/Transformation"
            ),
            (
                #""Transformation":"LOAD_AND_FLATTEN""#,
                "The field 'InputType' is required where Transformation is LOAD_AND_FLATTEN", ""
            ),
        ]
    )
    func problems(config: String, message: String, place: String) {
        let definition = Self.map(
            #""ItemReader":{"Resource":"arn:aws:states:::s3:getObject","ReaderConfig":{\#(config)},"Parameters":{}},"#
        )
        do {
            _ = try StateMachine(definition: definition, resources: TestCatalog())
            Issue.record("It was taken.")
        } catch {
            #expect(error.problems.map(\.message) == [message])
            #expect(error.problems.first?.location == "/States/S/ItemReader/ReaderConfig" + place)
        }
    }
}
