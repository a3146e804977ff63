import Foundation
import GzipWriter
import Testing

@testable import StatesLanguage
@testable import WaitableWorker

@Suite("Items of several objects", .timeLimit(.minutes(1)))
struct ItemReadingCallerTests {
    private func caller(_ storage: WatchedStorage, _ memory: PageMemory = PageMemory()) -> ItemReadingCaller {
        ItemReadingCaller(storage: storage, bucket: "b", memory: memory) { _ in nil }
    }

    private func reading(
        _ operation: ItemReading.Operation,
        _ parameter: String,
        _ value: String,
        from position: String?
    ) -> ItemReading {
        ItemReading(
            id: 1,
            operation: operation,
            format: .jsonLines,
            parameters: [parameter: .string(value)],
            page: 1,
            position: position,
            most: 400
        )
    }

    /// A manifest of files of 1,000 rows, packed as an inventory has them.
    private func writeInventory(_ storage: WatchedStorage, files: Int) async throws {
        var named: [String] = []
        for file in 0..<files {
            let rows = (0..<1_000).map { "\"b\",\"key-\(file * 1_000 + $0)\"\n" }.joined()
            try await storage.write("inventory/\(file).csv.gz", gzip(rows))
            named.append(#"{"key":"inventory/\#(file).csv.gz","size":1}"#)
        }
        let manifest =
            #"{"destinationBucket":"arn:aws:s3:::b","fileFormat":"CSV","fileSchema":"Bucket, Key","#
            + #""files":[\#(named.joined(separator: ","))]}"#
        try await storage.write("manifest.json", Array(manifest.utf8))
    }

    @Test("A manifest is read once by who reads all pages, and its files, packed with gzip, too")
    func manifest() async throws {
        try await WatchedStorage.with { storage in
            try await writeInventory(storage, files: 3)
            let caller = caller(storage)
            var keys: [String?] = []
            var position: String?
            var pages = 0
            repeat {
                let page = try await caller.objects(
                    reading(.namedObjects(.inventory), "Key", "manifest.json", from: position)
                )
                keys += page.items.map { $0.objectValue?["Key"]?.stringValue }
                position = page.position
                pages += 1
            } while position != nil
            #expect(keys == (0..<3_000).map { "key-\($0)" })
            #expect(pages > 8)
            #expect(storage.reads(of: "manifest.json") == 1)
            for file in 0..<3 { #expect(storage.reads(of: "inventory/\(file).csv.gz") == 1) }
        }
    }

    @Test("A run reads on by the manifest that it has begun with, or fails")
    func changedManifest() async throws {
        try await WatchedStorage.with { storage in
            try await writeInventory(storage, files: 2)
            let caller = caller(storage)
            func page(_ caller: ItemReadingCaller, from position: String?) async throws -> ItemReadingCaller.Page {
                try await caller.objects(
                    reading(.namedObjects(.inventory), "Key", "manifest.json", from: position)
                )
            }
            let first = try await page(caller, from: nil)
            try await storage.write("manifest.json", Array(#"{"fileFormat":"CSV","fileSchema":"a","files":[]}"#.utf8))
            let next = try await page(caller, from: first.position)
            #expect(next.items.first?.objectValue?["Key"]?.stringValue == "key-400")
            // Another worker has nothing but the new one.
            do {
                _ = try await page(self.caller(storage), from: first.position)
                Issue.record("it was read")
            } catch let failure as TransferFailure {
                let start = "The object 'manifest.json': It was changed while it was read: it was "
                #expect(failure.reason.hasPrefix(start), "\(failure.reason)")
            }
            // And so has a run that begins now.
            #expect(try await page(caller, from: nil).items.isEmpty)
        }
    }

    /// Very many objects without content, and two with some.
    private struct EmptyObjects: ObjectStorage {
        private static let keys = (10_000..<12_600).map { "k-\($0)" } + ["k-2.jsonl", "k-3.jsonl.gz"]

        func read(
            _ key: String,
            version: String?,
            from offset: Int64,
            most: Int
        ) async throws(StorageFault) -> ObjectChunk {
            ObjectChunk(bytes: key.hasSuffix(".gz") ? gzip("8\n") : Array("7\n".utf8), isLast: true, version: "1")
        }

        func write(_ key: String, _ bytes: [UInt8]) async throws(StorageFault) {}

        func list(prefix: String, after last: ListPlace, most: Int) async throws(StorageFault) -> [ListedObject] {
            Self.keys.lazy.filter { key in last.key.map { key > $0 } ?? true }.prefix(most)
                .map { ListedObject(key: $0, size: $0.hasPrefix("k-1") ? 0 : 1, modified: 0, entityTag: "") }
        }
    }

    @Test("Empty objects of a list are passed over, a bounded number at once")
    func emptyObjects() async throws {
        let caller = ItemReadingCaller(storage: EmptyObjects(), bucket: "b", memory: PageMemory()) { _ in nil }
        var pages: [ItemReadingCaller.Page] = []
        repeat {
            let position = pages.last?.position
            pages.append(try await caller.objects(reading(.listedObjects, "Prefix", "k", from: position)))
        } while pages.last?.position != nil
        #expect(pages.map(\.items) == [[], [.integer(7)], [.integer(8)], []])
        #expect(pages.map(\.source) == [nil, "S3://b/k-2.jsonl", "S3://b/k-3.jsonl.gz", nil])
    }
}
