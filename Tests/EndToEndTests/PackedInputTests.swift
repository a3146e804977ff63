import Foundation
import GzipWriter
import NIOHTTP1
import StatesLanguage
import Testing
import WaitableRedis

/// Map runs whose items are in objects that are packed with gzip.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct PackedInputTests: LargeInputSuite {
    /// A file of some members.
    private static func packed(_ text: String, members: Int = 3) -> Data {
        let bytes = Array(text.utf8)
        let size = bytes.count / members + 1
        let parts = stride(from: 0, to: bytes.count, by: size).map { bytes[$0..<min($0 + size, bytes.count)] }
        return Data(parts.flatMap { gzip(Array($0)) })
    }

    @Test("Every row of a packed file runs once, although a worker is killed meanwhile")
    func killedWorker() async throws {
        let folder = try Folder()
        let count = 100_000
        try folder.write(Self.packed(Self.rows(count)), "data/in/rows.csv.gz")
        let environment = Self.environment(folder)
        try await Stack.with { stack in
            // Each execution has some of the rows.
            let batches = #","ItemBatcher":{"MaxItemsPerBatch":250},"MaxConcurrency":10"#
            let reader = Self.reader(Self.csv, key: "in/rows.csv.gz")
            let definition = Self.map(reader + batches + Self.writer("COMPACT"))
            let execution = try await stack.start(try await stack.create("m", definition))
            let first = try stack.worker(environment)
            try await eventually("some rows have run") { try await stack.closedCount() > 100 }
            first.signal(SIGKILL)
            #expect(try await first.end() == SIGKILL)
            #expect(try await stack.closedCount() < 400)
            let second = try stack.worker(environment)
            let third = try stack.worker(environment)
            let closed = try await stack.closed(execution)
            #expect(closed["status"] == "SUCCEEDED", "\(closed)")
            let (_, succeeded) = try results(closed["output"], folder)
            let rows = succeeded.flatMap { $0.objectValue?["Items"]?.arrayValue ?? [] }
            #expect(rows.count == count)
            let isInOrder = rows.enumerated().allSatisfy { number, row in
                row.text == #"{"id":"\#(number)","name":"row \#(number)"}"#
            }
            #expect(isInOrder)
            #expect(try await stack.closedCount() == 401)
            for worker in [second, third] {
                worker.signal(SIGTERM)
                #expect(try await worker.end() == 0)
            }
        }
    }

    @Test("Objects of every type are unpacked by their names, alone, in lists and in manifests")
    func formats() async throws {
        let folder = try Folder()
        try folder.write(Self.packed(#"{"x":{"rows":[[1,2],3]}}"#), "data/a.json.gz")
        try folder.write(Self.packed("{\"n\":1}\n\n{\"n\":2}\n"), "data/l.jsonl.gz")
        try folder.write(Self.packed("a,b\n1,2\n"), "data/in/1.csv.gz")
        try folder.write("a,b\n3,4\n", "data/in/2.csv")
        try folder.write(Self.packed("a,b\n"), "data/in/3.csv.gz")
        try folder.write(Self.packed("\"data\",\"a%20b\",\"1\"\n"), "data/m/data/1.csv.gz")
        try folder.write(Self.packed("\"data\",\"c\",\"\"\n"), "data/m/data/2.csv.gz")
        try folder.write(
            #"{"destinationBucket":"arn:aws:s3:::data","version":"2016-11-30","fileFormat":"CSV","#
                + #""fileSchema":"Bucket, Key, Size","files":[{"key":"m/data/1.csv.gz"},{"key":"m/data/2.csv.gz"}]}"#,
            "data/m/manifest.json"
        )
        try folder.write("s3://data/l.jsonl.gz\n", "data/m/list")
        try await Stack.with(workers: 1, environment: Self.environment(folder)) { stack in
            func output(_ fields: String) async throws -> String {
                let closed = try await run(stack, Self.map(fields))
                return closed["output"]?.stringValue ?? JSON.object(closed).text
            }
            let json = Self.reader(#""InputType":"JSON","ItemsPointer":"/x/rows""#, key: "a.json.gz")
            let document = try await output(json)
            #expect(document == "[[1,2],3]")
            #expect(
                try await output(Self.reader(#""InputType":"JSONL""#, key: "l.jsonl.gz")) == #"[{"n":1},{"n":2}]"#
            )
            #expect(try await output(Self.reader(Self.csv, key: "in/1.csv.gz")) == #"[{"a":"1","b":"2"}]"#)
            let listed = Self.objects(
                "listObjectsV2",
                Self.csv + #","Transformation":"LOAD_AND_FLATTEN""#,
                #""Bucket":"data","Prefix":"in/""#
            )
            #expect(
                try await output(listed)
                    == #"[{"v":{"a":"1","b":"2"},"s":"S3://data/in/1.csv.gz"},{"v":{"a":"3","b":"4"},"s":"S3://data/in/2.csv"}]"#
            )
            let inventory = Self.objects(
                "getObject",
                #""InputType":"MANIFEST""#,
                #""Bucket":"data","Key":"m/manifest.json""#
            )
            #expect(
                try await output(inventory)
                    == #"[{"v":{"Bucket":"data","Key":"a%20b","Size":"1"},"s":"S3://data/m/data/1.csv.gz"},"#
                    + #"{"v":{"Bucket":"data","Key":"c","Size":""},"s":"S3://data/m/data/2.csv.gz"}]"#
            )
            let unload = Self.objects(
                "getObject",
                #""InputType":"JSONL","ManifestType":"ATHENA_DATA""#,
                #""Bucket":"data","Key":"m/list""#
            )
            #expect(
                try await output(unload)
                    == #"[{"v":{"n":1},"s":"S3://data/l.jsonl.gz"},{"v":{"n":2},"s":"S3://data/l.jsonl.gz"}]"#
            )
        }
    }

    @Test("What is damaged, cut off or packed in another way fails the state, and says why")
    func faults() async throws {
        let folder = try Folder()
        let file = Self.packed(Self.rows(30_000), members: 1)
        try folder.write(file.prefix(file.count / 2), "data/half.csv.gz")
        var damaged = file
        damaged[file.count - 6] ^= 1
        try folder.write(damaged, "data/sum.csv.gz")
        try folder.write("a\n1\n", "data/plain.csv.gz")
        try folder.write(file, "data/packed.csv")
        try folder.write(file, "data/rows.csv.zst")
        try await Stack.with(workers: 1, environment: Self.environment(folder)) { stack in
            for (key, cause) in [
                ("half.csv.gz", "Its gzip data is cut off behind "),
                ("sum.csv.gz", "Its gzip data is damaged behind \(Self.rows(30_000).utf8.count) unpacked bytes: "),
                ("plain.csv.gz", "It is not packed with gzip, or is damaged at its beginning: incorrect header check"),
                ("packed.csv", "It is packed with gzip, and its name does not end in '.gz'"),
                ("rows.csv.zst", "This version does not unpack Zstandard: pack it with gzip"),
            ] {
                let reader = Self.reader(Self.csv, key: key)
                let batches = #","ItemBatcher":{"MaxItemsPerBatch":400},"ResultPath":null"#
                let failed = try await run(stack, Self.map(reader + batches))
                #expect(failed["error"] == "States.ItemReaderFailed", "\(key)")
                #expect(
                    failed["cause"]?.stringValue?.hasPrefix("The object '\(key)': \(cause)") == true,
                    "\(key): \(failed)"
                )
            }
        }
    }

    @Test("10 GB of zeros out of 10 MB fill no worker")
    func bomb() async throws {
        let folder = try Folder()
        let zeros = Data(gzip(Array(repeating: UInt8(ascii: "0"), count: 10_000_000)))
        let bomb = (0..<1_000).reduce(into: Data()) { data, _ in data += zeros }
        try folder.write(bomb, "data/zeros.csv.gz")
        // The array ends, and 2 GB stand behind it.
        let part = bomb.prefix(bomb.count / 5)
        try folder.write(Data(gzip(#"{"rows":[1,2],"x":""#)) + part + Data(gzip("\"}")), "data/zeros.json.gz")
        let environment = Self.environment(folder)
        try await Stack.with { stack in
            let worker = try stack.worker(environment)
            let json = Self.reader(#""InputType":"JSON","ItemsPointer":"/rows""#, key: "zeros.json.gz")
            let machine = try await stack.create("bomb", Self.map(json))
            let runs = [try await stack.start(machine), try await stack.start(machine)]
            let csv = try await run(stack, Self.map(Self.reader(Self.csv, key: "zeros.csv.gz")))
            #expect(csv["error"] == "States.ItemReaderFailed")
            #expect(csv["cause"] == "The object 'zeros.csv.gz': More than 1048576 bytes have no whole item")
            for run in runs { #expect(try await stack.closed(run)["output"] == "[1,2]") }
            let peak = try worker.peakMemory()
            #expect(peak < 200, "\(peak) MiB")
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
        }
    }

    @Test("A web server's objects are unpacked too, and each part of them is asked for once")
    func web() async throws {
        let file = Array(Self.packed((0..<16_000).map { _ in "\"\(UUID().uuidString)\"\n" }.joined()))
        let server = try await FunctionServer.of(["/in/l.jsonl.gz": file], headers: ["Content-Encoding": "gzip"])
        // What a server packs on its way has no parts.
        let packing = try await FunctionServer.of(["/in/l.jsonl": file], headers: ["Content-Encoding": "gzip"])
        let environment = [
            "WAITABLE_BUCKETS": "data=http://127.0.0.1:\(server.port),new=http://127.0.0.1:\(packing.port)"
        ]
        try await Stack.with(workers: 1, environment: environment) { stack in
            let lines = #""InputType":"JSONL""#
            let batches =
                #","ItemBatcher":{"MaxItemsPerBatch":400},"ItemSelector":{"n.$":"$$.Map.Item.Index"},"#
                + #""ResultSelector":{"n.$":"States.ArrayLength($)"}"#
            let read = try await run(stack, Self.map(Self.reader(lines, key: "in/l.jsonl.gz") + batches))
            #expect(read["output"] == #"{"n":40}"#, "\(read)")
            let parts = server.calls.compactMap(\.range)
            #expect(parts.count == (file.count + 65_535) / 65_536)
            #expect(Set(parts).count == parts.count)
            let packed = try await run(stack, Self.map(Self.reader(lines, key: "in/l.jsonl", bucket: "new")))
            #expect(packed["error"] == "States.ItemReaderFailed")
            #expect(
                packed["cause"] == "The object 'in/l.jsonl': answered with what is packed on its way: 'gzip'"
            )
        }
    }
}
