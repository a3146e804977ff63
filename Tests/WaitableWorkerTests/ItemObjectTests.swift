import Foundation
import GzipWriter
import StatesLanguage
import Testing
import WaitableObjects

@testable import WaitableWorker

@Suite("Objects with items", .timeLimit(.minutes(1)))
struct ItemObjectTests {
    private func object(_ storage: WatchedStorage, _ key: String, _ memory: PageMemory = PageMemory()) -> ItemObject {
        ItemObject(storage: storage, identity: ObjectIdentity(bucket: "b", key: key), memory: memory)
    }

    /// Lines that are hard to pack, so that the file has many parts.
    private static let lines = (0..<6_000).map { #"{"n":\#($0),"x":"\#(UUID().uuidString)\#(UUID().uuidString)"}"# }
    private static let content = Array(lines.joined(separator: "\n").utf8)

    /// A file of three members, one of which is empty.
    private static let packed =
        gzip(Array(content.prefix(200_000))) + gzip([]) + gzip(Array(content.dropFirst(200_000)))

    private func reason(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch let failure as TransferFailure {
            return failure.reason
        } catch {
            return "\(error)"
        }
    }

    @Test("packed with gzip are read once, page after page, and from the beginning by who knows no page before")
    func once() async throws {
        try await WatchedStorage.with { storage in
            try await storage.write("rows.jsonl.gz", Self.packed)
            let kept = object(storage, "rows.jsonl.gz")
            var items: [JSON] = []
            var positions: [String?] = []
            var pages: [[JSON]] = []
            var position: String?
            repeat {
                positions.append(position)
                let page = try await kept.page(.jsonLines, from: position, most: 400)
                items += page.items
                pages.append(page.items)
                position = page.position
            } while position != nil
            positions.append(nil)
            #expect(items.map(\.text) == Self.lines)
            #expect(pages.count > 10)
            #expect(storage.bytesRead == Self.packed.count)

            // Any worker reads the same page from the same position, in any order.
            for number in pages.indices.shuffled() {
                let position = positions[number]
                for object in [object(storage, "rows.jsonl.gz"), kept] {
                    let page = try await object.page(.jsonLines, from: position, most: 400)
                    #expect(page.items == pages[number])
                    #expect(page.position == positions[number + 1])
                }
            }
            #expect(storage.bytesRead > 5 * Self.packed.count)
        }
    }

    @Test("packed with gzip are read by several runs at once, each once")
    func together() async throws {
        try await WatchedStorage.with { storage in
            try await storage.write("rows.jsonl.gz", Self.packed)
            let memory = PageMemory()
            var positions: [String?] = [nil, nil, nil]
            var counts = [0, 0, 0]
            var isRead = [false, false, false]
            while isRead.contains(false) {
                for run in positions.indices where !isRead[run] {
                    // They come to different places.
                    let page = try await object(storage, "rows.jsonl.gz", memory)
                        .page(.jsonLines, from: positions[run], most: 100 * (run + 1))
                    counts[run] += page.items.count
                    positions[run] = page.position
                    isRead[run] = page.position == nil
                }
            }
            #expect(counts == [6_000, 6_000, 6_000])
            #expect(storage.bytesRead == 3 * Self.packed.count)
        }
    }

    @Test("packed with gzip are kept between pages in bounded number and memory")
    func kept() async throws {
        let few = UnpackedObjects(most: 2)
        for key in ["a", "b", "c"] {
            let object = try UnpackedObject(version: nil)
            await few.keep(object, ObjectIdentity(bucket: "b", key: key), version: "1", rest: [])
        }
        func take(_ key: String, _ objects: UnpackedObjects, _ version: String = "1") -> Bool {
            objects.take(ObjectIdentity(bucket: "b", key: key), version: version, before: 0) != nil
        }
        #expect(!take("a", few))
        #expect(!take("b", few, "2"))
        #expect(take("b", few))
        #expect(!take("b", few))
        #expect(take("c", few))
        let small = UnpackedObjects(mostBytes: 2_000_000)
        for key in ["a", "b", "c"] {
            let object = try UnpackedObject(version: nil)
            let rest = Array(repeating: UInt8(0), count: 900_000)
            await small.keep(object, ObjectIdentity(bucket: "b", key: key), version: "1", rest: rest)
        }
        // What was taken back stands before what was never read.
        func isKept(_ key: String) -> Bool {
            small.take(ObjectIdentity(bucket: "b", key: key), version: "1", before: 0) != nil
        }
        #expect(!isKept("a"))
        #expect(isKept("b"))
        #expect(isKept("c"))
    }

    @Test("that change between two pages fail, also where they are packed", arguments: ["rows.jsonl", "rows.jsonl.gz"])
    func changed(key: String) async throws {
        try await WatchedStorage.with { storage in
            let content = key.hasSuffix(".gz") ? Self.packed : Self.content
            try await storage.write(key, content)
            let object = object(storage, key)
            let first = try await object.page(.jsonLines, from: nil, most: 400)
            let second = try await object.page(.jsonLines, from: first.position, most: 400)
            try await storage.write(key, content + (key.hasSuffix(".gz") ? gzip("1") : Array("\n1".utf8)))
            for other in [object, self.object(storage, key)] {
                let reason = await reason {
                    // What was read before may be enough for a page.
                    var position = second.position
                    for _ in 0..<20 { position = try await other.page(.jsonLines, from: position, most: 400).position }
                }
                #expect(reason?.hasPrefix("The object '\(key)': It was changed while it was read: it was ") == true)
            }
        }
    }

    @Test(
        "that are damaged, cut off or something else fail with what is wrong",
        arguments: [
            ("a.csv.gz", Array(gzip("a\n1\n").dropLast()), "Its gzip data is cut off behind 4 unpacked bytes"),
            ("a.csv.gz", [], "Its gzip data is cut off behind 0 unpacked bytes"),
            (
                "a.csv.gz", gzip("a\n1\n") + Array("a".utf8),
                "Behind its gzip data stands something else"
            ),
            (
                "a.csv.gz", Array("a\n1\n".utf8),
                "It is not packed with gzip, or is damaged at its beginning: incorrect header check"
            ),
            ("a.csv", gzip("a\n1\n"), "It is packed with gzip, and its name does not end in '.gz'"),
            (
                "a.csv.zst", [0x28, 0xB5, 0x2F, 0xFD],
                "This version does not unpack Zstandard: pack it with gzip, under a name that ends in '.gz'"
            ),
            ("a.parquet", Array("PAR1".utf8), "This version does not read Parquet: write it as CSV or JSON Lines"),
        ] as [(String, [UInt8], String)]
    )
    func faults(key: String, file: [UInt8], fault: String) async throws {
        try await WatchedStorage.with { storage in
            try await storage.write(key, file)
            let format = ItemFormat.csv(delimiter: UInt8(ascii: ","), headers: nil)
            let reason = await reason { _ = try await object(storage, key).page(format, from: nil, most: 400) }
            #expect(reason == "The object '\(key)': \(fault)")
        }
    }

    @Test("packed with gzip are known to be damaged also where their array ends before their checksum")
    func checksum() async throws {
        try await WatchedStorage.with { storage in
            let tail = String(repeating: UUID().uuidString, count: 20_000)
            var file = gzip(#"{"a":[1,2],"b":"\#(tail)"}"#)
            try await storage.write("a.json.gz", file)
            let object = object(storage, "a.json.gz")
            let page = try await object.page(.json(pointer: ["a"]), from: nil, most: 400)
            #expect(page.items == [.integer(1), .integer(2)])
            #expect(page.position == nil)
            file[file.count - 5] ^= 1
            try await storage.write("a.json.gz", file)
            let reason = await reason { _ = try await object.page(.json(pointer: ["a"]), from: nil, most: 400) }
            #expect(reason?.hasSuffix(" unpacked bytes: incorrect data check") == true, "\(reason ?? "none")")
        }
    }
}
