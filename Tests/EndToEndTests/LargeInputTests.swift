import Foundation
import StatesLanguage
import Testing
import WaitableRedis

/// Map runs whose items are read from a folder or a web server, and whose results are written to a folder.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct LargeInputTests: LargeInputSuite {
    @Test("Every row of a file runs once, although a worker is killed meanwhile, and the results are written")
    func killedWorker() async throws {
        let folder = try Folder()
        let count = 1_200
        try folder.write(Self.rows(count), "data/in/rows.csv")
        let environment = Self.environment(folder)
        try await Stack.with { stack in
            let definition = Self.map(Self.reader(Self.csv) + #","MaxConcurrency":100"# + Self.writer("COMPACT"))
            let execution = try await stack.start(try await stack.create("m", definition))
            let first = try stack.worker(environment)
            try await eventually("some rows have run") { try await stack.closedCount() > count / 4 }
            first.signal(SIGKILL)
            #expect(try await first.end() == SIGKILL)
            #expect(try await stack.closedCount() < count)
            let second = try stack.worker(environment)
            let closed = try await stack.closed(execution)
            #expect(closed["status"] == "SUCCEEDED", "\(closed)")
            let (manifest, succeeded) = try results(closed["output"], folder)
            #expect(succeeded.map { $0.objectValue?["id"]?.stringValue } == (0..<count).map { "\($0)" })
            #expect(succeeded.last?.text == #"{"id":"\#(count - 1)","name":"row \#(count - 1)"}"#)
            #expect(manifest["ResultFiles"]?.objectValue?["FAILED"] == .array([]))
            #expect(manifest["ResultFiles"]?.objectValue?["PENDING"] == .array([]))
            #expect(manifest["MapRunArn"]?.stringValue?.contains(":mapRun:m/L:") == true)
            #expect(try await stack.closedCount() == count + 1)
            let run = try await stack.call("DescribeMapRun", ["mapRunArn": try #require(manifest["MapRunArn"])]).json
            #expect(run.objectValue?["itemCounts"]?.objectValue?["succeeded"] == .integer(Int64(count)))
            #expect(run.objectValue?["status"] == "SUCCEEDED")
            second.signal(SIGTERM)
            #expect(try await second.end() == 0)
        }
    }

    @Test("Files of every type are read, and lists of files; results are written in every form")
    func formats() async throws {
        let folder = try Folder()
        try folder.write(#"{"x":{"rows":[[1,2],3]}}"#, "data/a.json")
        try folder.write("{\"n\":1}\n\n{\"n\":2}\n", "data/l.jsonl")
        try folder.write("1|2\n3|4\n", "data/in/rows.csv")
        try folder.write("", "data/in/empty.csv")
        try folder.write("x", "other/secret")
        try await Stack.with(workers: 1, environment: Self.environment(folder)) { stack in
            let json = Self.reader(#""InputType":"JSON","ItemsPointer":"/x/rows""#, key: "a.json")
            #expect(try await run(stack, Self.map(json))["output"] == "[[1,2],3]")
            let lines = Self.reader(#""InputType":"JSONL","MaxItems":1"#, key: "l.jsonl")
            #expect(try await run(stack, Self.map(lines))["output"] == #"[{"n":1}]"#)
            let given = Self.reader(
                #""InputType":"CSV","CSVHeaderLocation":"GIVEN","CSVHeaders":["a","b"],"CSVDelimiter":"PIPE""#
            )
            #expect(try await run(stack, Self.map(given))["output"] == #"[{"a":"1","b":"2"},{"a":"3","b":"4"}]"#)
            #expect(try await run(stack, Self.map(Self.reader(Self.csv, key: "in/empty.csv")))["output"] == "[]")
            let list =
                #""QueryLanguage":"JSONata","ItemSelector":"{% $states.context.Map.Item.Value.Key %}","ItemReader":"#
                + #"{"Resource":"arn:aws:states:::s3:listObjectsV2","Arguments":{"Bucket":"{% $states.input.b %}","Prefix":"in/"}}"#
            #expect(
                try await run(stack, Self.map(list), #"{"b":"data"}"#)["output"] == #"["in/empty.csv","in/rows.csv"]"#
            )

            let flat = try await run(stack, Self.map(json + Self.writer("FLATTEN")))
            #expect(try results(flat["output"], folder).succeeded == [.integer(1), .integer(2), .integer(3)])
            let whole = try await run(stack, Self.map(json + Self.writer("NONE")))
            let first = try #require(try results(whole["output"], folder).succeeded.first?.objectValue)
            #expect(first["Input"] == "[1,2]")
            #expect(first["Output"] == "[1,2]")
            #expect(first["Status"] == "SUCCEEDED")
            #expect(first["StartDate"]?.stringValue?.hasSuffix("Z") == true)
            let failing = Self.map(json + #","ToleratedFailureCount":1"# + Self.writer("COMPACT"))
                .replacing(#"{"Type":"Pass","End":true}"#, with: Self.failing)
            let partly = try await run(stack, failing)
            #expect(partly["status"] == "SUCCEEDED")
            let (manifest, succeeded) = try results(partly["output"], folder)
            #expect(succeeded == [.integer(3)])
            let failed = try #require(
                manifest["ResultFiles"]?.objectValue?["FAILED"]?.arrayValue?.first?.objectValue?["Key"]?.stringValue
            )
            let error = try folder.json("results/" + failed).arrayValue?.first?.objectValue
            #expect(error?["Status"] == "FAILED")
            #expect(error?["Error"] == "Broken")
        }
    }

    @Test("Items tell where they come from; those of listed and of named objects are read one object after the other")
    func severalObjects() async throws {
        let folder = try Folder()
        try folder.write((0..<900).reduce(into: "") { $0 += "\($1)\n" }, "data/in/a.jsonl")
        try folder.write("", "data/in/b.jsonl")
        try folder.write("900\n901\n", "data/in/c.jsonl")
        try folder.write("902", "other/d.jsonl")
        try folder.write("\"data\",\"a%20b\",\"1\"\n", "data/m/1.csv")
        try folder.write("\"data\",\"c\",\"\"\n", "data/m/2.csv")
        let files = #"[{"key":"m/1.csv","size":1,"MD5checksum":"x"},{"key":"m/2.csv"}]"#
        try folder.write(
            #"{"sourceBucket":"src","destinationBucket":"arn:aws:s3:::data","version":"2016-11-30","fileFormat":"CSV","#
                + #""fileSchema":"Bucket, Key, Size","files":\#(files)}"#,
            "data/m/manifest.json"
        )
        try folder.write("s3://data/in/c.jsonl\ns3://other/d.jsonl\n", "data/m/list")
        try folder.write("s3://data/in/c.jsonl.zst\n", "data/m/zipped")
        try await Stack.with(workers: 1, environment: Self.environment(folder)) { stack in
            let flattened = Self.objects(
                "listObjectsV2",
                #""InputType":"JSONL","Transformation":"LOAD_AND_FLATTEN""#,
                #""Bucket":"data","Prefix":"in/""#
            )
            let all = try await run(stack, Self.map(flattened + Self.writer("COMPACT")))
            let (_, read) = try results(all["output"], folder)
            let objects = try read.map { try #require($0.objectValue) }
            #expect(objects.map { $0["v"]?.integerValue } == (0..<902).map { $0 })
            let sources = objects.map { $0["s"]?.stringValue }
            #expect(sources == (0..<902).map { $0 < 900 ? "S3://data/in/a.jsonl" : "S3://data/in/c.jsonl" })

            func output(_ fields: String, _ input: String = "{}") async throws -> String {
                let closed = try await run(stack, Self.map(fields), input)
                return closed["output"]?.stringValue ?? JSON.object(closed).text
            }
            let inventory = Self.objects(
                "getObject",
                #""InputType":"MANIFEST""#,
                #""Bucket":"data","Key":"m/manifest.json""#
            )
            #expect(
                try await output(inventory)
                    == #"[{"v":{"Bucket":"data","Key":"a%20b","Size":"1"},"s":"S3://data/m/1.csv"},"#
                    + #"{"v":{"Bucket":"data","Key":"c","Size":""},"s":"S3://data/m/2.csv"}]"#
            )
            let athena = #""InputType":"JSONL","ManifestType":"ATHENA_DATA""#
            let unload = Self.objects("getObject", athena, #""Bucket":"data","Key":"m/list""#)
            #expect(
                try await output(unload)
                    == #"[{"v":900,"s":"S3://data/in/c.jsonl"},{"v":901,"s":"S3://data/in/c.jsonl"},{"v":902,"s":"S3://other/d.jsonl"}]"#
            )
            let zipped = try await run(
                stack,
                Self.map(Self.objects("getObject", athena, #""Bucket":"data","Key":"m/zipped""#))
            )
            #expect(zipped["error"] == "States.ItemReaderFailed")
            #expect(
                zipped["cause"]?.stringValue
                    == "The object 'in/c.jsonl.zst': This version does not unpack Zstandard: pack it with gzip, under a name "
                    + "that ends in '.gz'"
            )

            let listed = Self.objects("listObjectsV2", "", #""Bucket":"other""#)
                .replacing(#""v.$":"$$.Map.Item.Value","#, with: "")
            #expect(try await output(listed) == #"[{"s":"S3://other"}]"#)
            let one = Self.objects("getObject", #""InputType":"JSONL""#, #""Bucket":"other","Key":"d.jsonl""#)
            #expect(try await output(one) == #"[{"v":902,"s":"S3://other/d.jsonl"}]"#)
            let data = #""ItemsPath":"$.i","ItemSelector":{"s.$":"$$.Map.Item.Source"}"#
            #expect(try await output(data, #"{"i":[1]}"#) == #"[{"s":"STATE_DATA"}]"#)
            let jsonata =
                #""QueryLanguage":"JSONata","ItemSelector":"{% $states.context.Map.Item.Source %}","ItemReader":"#
                + #"{"Resource":"arn:aws:states:::s3:getObject","ReaderConfig":{"InputType":"JSONL"},"#
                + #""Arguments":{"Bucket":"other","Key":"d.jsonl"}}"#
            #expect(try await output(jsonata) == #"["S3://other/d.jsonl"]"#)
        }
    }

    /// Fails for what is no number.
    private static let failing =
        #"{"Type":"Choice","Choices":[{"Variable":"$","IsNumeric":true,"Next":"Q"}],"Default":"F"},"#
        + #""Q":{"Type":"Succeed"},"F":{"Type":"Fail","Error":"Broken"}"#

    @Test("A run of which too many items fail stops the others, writes what became of all, and fails")
    func failedRun() async throws {
        let folder = try Folder()
        try folder.write("1\n2\n\"wait\"\n\"wait\"\n", "data/l.jsonl")
        try await Stack.with(workers: 1, environment: Self.environment(folder)) { stack in
            let reader = Self.reader(#""InputType":"JSONL""#, key: "l.jsonl")
            let waiting =
                #"{"Type":"Choice","Choices":[{"Variable":"$","NumericEquals":1,"Next":"Q"},"#
                + #"{"Variable":"$","IsNumeric":true,"Next":"F"}],"Default":"W"},"W":{"Type":"Wait","Seconds":3600,"End":true},"#
                + #""Q":{"Type":"Succeed"},"F":{"Type":"Wait","Seconds":1,"Next":"G"},"G":{"Type":"Fail","Error":"Broken"}"#
            let definition = Self.map(reader + Self.writer("COMPACT"))
                .replacing(#"{"Type":"Pass","End":true}"#, with: waiting)
            let failed = try await run(stack, definition)
            #expect(failed["error"] == "States.ExceedToleratedFailureThreshold")
            let runs = folder.url.appending(path: "results/out")
            let id = try #require(try FileManager.default.contentsOfDirectory(atPath: runs.path).first)
            #expect(try folder.json("results/out/\(id)/SUCCEEDED_0.json") == .array([.integer(1)]))
            var others: [String] = []
            for kind in ["FAILED", "PENDING"] {
                let file = "results/out/\(id)/\(kind)_0.json"
                guard FileManager.default.fileExists(atPath: folder.url.appending(path: file).path) else { continue }
                others += try folder.json(file).arrayValue?.compactMap { $0.objectValue?["Input"]?.stringValue } ?? []
            }
            #expect(others == ["2", "\"wait\"", "\"wait\""])
            try await eventually("the others are stopped") { try await stack.closedCount() == 5 }
        }
    }

    @Test("What leads out of the folder, is not there or has no setting fails the state, and says why")
    func faults() async throws {
        let folder = try Folder()
        let outside = try Folder()
        try outside.write("1\n2\n", "secret.csv")
        try folder.write(Self.rows(3), "in/rows.csv")
        try folder.write(#"{"n":1}"#, "in/object.json")
        try FileManager.default.createSymbolicLink(
            at: folder.url.appending(path: "link"),
            withDestinationURL: outside.url
        )
        try FileManager.default.createSymbolicLink(
            at: folder.url.appending(path: "in/link.csv"),
            withDestinationURL: outside.url.appending(path: "secret.csv")
        )
        let environment = ["WAITABLE_BUCKETS": "data=file:\(folder.url.path)"]
        try await Stack.with(workers: 1, environment: environment) { stack in
            for (key, cause) in [
                ("../\(outside.url.lastPathComponent)/secret.csv", "'.' and '..'"), ("/etc/passwd", "empty parts"),
                ("link/secret.csv", "cannot be opened: 'link'"), ("in/link.csv", "cannot be opened"),
                ("in", "is no plain file"), ("in/none.csv", "No such file"),
            ] {
                let failed = try await run(stack, Self.map(Self.reader(Self.csv, key: key)))
                #expect(failed["error"] == "States.ItemReaderFailed", "\(key)")
                #expect(failed["cause"]?.stringValue?.contains(cause) == true, "\(key): \(failed)")
            }
            let object = try await run(stack, Self.map(Self.reader(#""InputType":"JSON""#, key: "in/object.json")))
            #expect(object["error"] == "States.ItemReaderFailed")
            #expect(object["cause"] == "Attempting to map over non-iterable node.")
            let unknown = try await run(stack, Self.map(Self.reader(Self.csv, bucket: "other")))
            #expect(unknown["error"] == "States.ItemReaderFailed")
            #expect(
                unknown["cause"]
                    == "Nothing says where the bucket 'other' is: WAITABLE_BUCKETS of the worker has no place for it"
            )
            let unwritten = try await run(stack, Self.map(Self.reader(Self.csv) + Self.writer("NONE")))
            #expect(unwritten["error"] == "States.ResultWriterFailed")
        }
    }

    @Test("A worker does not start without the folders that it is to read, any other process does")
    func missingFolder() async throws {
        let setting = ["WAITABLE_BUCKETS": "data=file:/nowhere/at-all"]
        let (code, output) = try await Program.run("worker", environment: setting)
        #expect(code == 78)
        let name = "WAITABLE_BUCKETS (--buckets)"
        #expect(output == "waitable: \(name): must name folders that are there: '/nowhere/at-all'\n")
        try await Stack.with(environment: setting) { _ in }
    }

    @Test("A store that lists fewer objects at once than it was asked for is asked for the others")
    func shortLists() async throws {
        let keys = (0..<7).map { "k-\($0)" }
        let server = try await FunctionServer { call in
            let last = call.path.components(separatedBy: "start-after=").dropFirst().first?.prefix { $0 != "&" } ?? ""
            let rest = keys.filter { $0 > last }
            let contents = rest.prefix(2).map { "<Contents><Key>\($0)</Key><Size>1</Size></Contents>" }.joined()
            let isTruncated = "<IsTruncated>\(rest.count > 2)</IsTruncated>"
            return (200, "<ListBucketResult>\(isTruncated)\(contents)</ListBucketResult>")
        }
        let environment = ["WAITABLE_BUCKETS": "data=s3+http://127.0.0.1:\(server.port)"]
        try await Stack.with(workers: 1, environment: environment) { stack in
            let reader =
                #""ItemReader":{"Resource":"arn:aws:states:::s3:listObjectsV2","Parameters":{"Bucket":"data","Prefix":"k"}}"#
            let read = try await run(stack, Self.map(reader + #","ItemSelector":{"k.$":"$$.Map.Item.Value.Key"}"#))
            let items = try JSON(parsing: try #require(read["output"]?.stringValue)).arrayValue
            #expect(items?.map { $0.objectValue?["k"]?.stringValue } == keys)
        }
    }

    @Test("A web server has the items, with parts or without; what changes under the run fails it")
    func web() async throws {
        let rows = Self.rows(2_000)
        let server = try await FunctionServer { call in
            call.path == "/base/in/rows.csv" ? (200, rows) : (404, "none")
        }
        let changing = try await FunctionServer { call in
            (200, rows + String(repeating: "x", count: Int.random(in: 1...99_999)))
        }
        let environment = [
            "WAITABLE_BUCKETS": "data=http://127.0.0.1:\(server.port)/base,new=http://127.0.0.1:\(changing.port)"
        ]
        try await Stack.with(workers: 1, environment: environment) { stack in
            let few = Self.reader(Self.csv + #","MaxItems":900"#)
            let read = try await run(stack, Self.map(few + #","ItemSelector":{"i.$":"$$.Map.Item.Value.id"}"#))
            let items = try JSON(parsing: try #require(read["output"]?.stringValue)).arrayValue
            #expect(items?.map { $0.objectValue?["i"]?.stringValue } == (0..<900).map { "\($0)" })
            let missing = try await run(stack, Self.map(Self.reader(Self.csv, key: "none")))
            #expect(missing["error"] == "States.ItemReaderFailed")
            #expect(missing["cause"]?.stringValue?.contains("404") == true)
            let changed = try await run(stack, Self.map(Self.reader(Self.csv, bucket: "new")))
            #expect(changed["error"] == "States.ItemReaderFailed")
            #expect(changed["cause"]?.stringValue?.contains("It was changed while it was read") == true, "\(changed)")
        }
    }
}
