import Foundation
import Testing

@testable import WaitableWorker

@Suite("Objects in a folder", .timeLimit(.minutes(1)))
struct FolderStorageTests {
    private func withFolder(_ body: (FolderStorage, URL) async throws -> Void) async throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "waitable-folder-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: root.appending(path: "b"), withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: root) }
        try await body(FolderStorage(root: root.path, names: ["b"], windows: KeyWindows()), root)
    }

    private func reason(_ body: () async throws -> Void) async -> String {
        do {
            try await body()
            return "no fault"
        } catch {
            return "\(error)"
        }
    }

    @Test("are read in parts, and have another version once they are changed")
    func parts() async throws {
        try await withFolder { storage, root in
            try await storage.write("x/y.txt", Array("hello".utf8))
            let first = try await storage.read("x/y.txt", version: nil, from: 0, most: 3)
            #expect(first.bytes == Array("hel".utf8))
            #expect(!first.isLast)
            let second = try await storage.read("x/y.txt", version: nil, from: 3, most: 3)
            #expect(second.bytes == Array("lo".utf8))
            #expect(second.isLast)
            #expect(first.version == second.version)
            let behind = try await storage.read("x/y.txt", version: nil, from: 9, most: 3)
            #expect(behind.bytes.isEmpty && behind.isLast)
            try await storage.write("x/y.txt", Array("hello!".utf8))
            #expect(try await storage.read("x/y.txt", version: nil, from: 0, most: 1).version != first.version)
            // Nothing is left of how it was written.
            let names = try FileManager.default.contentsOfDirectory(atPath: root.appending(path: "b/x").path)
            #expect(names == ["y.txt"])
        }
    }

    @Test("are listed in the order of their keys, from behind any of them")
    func list() async throws {
        try await withFolder { storage, root in
            // In the order of keys: '-' and '.' come before '/', '0' behind it.
            let keys = ["a", "a-b", "a.b", "a/b", "a/c/d", "a0", "b", "é/f"]
            for key in keys.shuffled() where key != "a" { try await storage.write(key, []) }
            // A file and a folder of one name cannot be.
            let files = Array(keys.dropFirst())
            func listed(_ prefix: String, _ place: ListPlace, _ most: Int = 100) async throws -> [String] {
                try await storage.list(prefix: prefix, after: place, most: most).map(\.key)
            }
            #expect(try await listed("", .beginning(after: nil)) == files)
            for (index, key) in files.enumerated() {
                let next = Array(files[(index + 1)...].prefix(2))
                #expect(try await listed("", .beginning(after: key), 2) == next, "\(key)")
                #expect(try await listed("", .goingOn(key), 2) == next, "\(key)")
            }
            #expect(try await listed("a/", .beginning(after: nil)) == ["a/b", "a/c/d"])
            #expect(try await listed("a/c", .beginning(after: "a/b")) == ["a/c/d"])
            #expect(try await listed("z", .beginning(after: nil)).isEmpty)
            // A link is nobody's object.
            try FileManager.default.createSymbolicLink(
                at: root.appending(path: "b/link"),
                withDestinationURL: root.appending(path: "b/a")
            )
            #expect(try await listed("", .beginning(after: nil)) == files)
        }
    }

    @Test("are listed page by page with a look into the folder now and then, as they were when it was looked")
    func pages() async throws {
        try await withFolder { storage, root in
            let keys = (0..<1_000).map { "k/\(1_000 + $0)" }
            for key in keys { try await storage.write(key, []) }
            var found: [String] = []
            var place = ListPlace.beginning(after: nil)
            while true {
                let page = try await storage.list(prefix: "k/", after: place, most: 90).map(\.key)
                found += page
                guard page.count == 90, let last = page.last else { break }
                place = .goingOn(last)
                if found.count == 90 {
                    // What comes into what was looked at already is not listed, and nothing of what goes.
                    try await storage.write("k/1500-new", [])
                    try FileManager.default.removeItem(at: root.appending(path: "b/k/1600"))
                }
            }
            #expect(found == keys.filter { $0 != "k/1600" })
            // A list that begins sees what there is now.
            let again = try await storage.list(prefix: "k/15", after: .beginning(after: nil), most: 1_000).map(\.key)
            #expect(again.contains("k/1500-new"))
        }
    }

    @Test("are found in bounded memory, whatever the order in which the folder tells them", arguments: [1, 2, 7, 400])
    func room(_ room: Int) async throws {
        try await withFolder { storage, root in
            let keys = (0..<60).map { $0 % 3 == 0 ? "\($0)/x" : $0 % 3 == 1 ? "a/b/\($0)" : "\($0)" }
            for key in keys.shuffled() { try await storage.write(key, []) }
            let sorted = keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            let folder = FileDescriptor(open(root.appending(path: "b").path, O_RDONLY | O_DIRECTORY))
            var last = ""
            var found: [String] = []
            while true {
                var finder = KeyFinder(prefix: "", after: last, room: room)
                try finder.look(in: folder, at: "", depth: 0)
                #expect(finder.window.keys.count <= room)
                found += finder.window.keys
                guard !finder.window.isLast else { break }
                last = finder.window.keys.last ?? ""
            }
            #expect(found == sorted)
        }
    }

    @Test(
        "are never outside of it",
        arguments: ["", "..", "../c/x", "a/../../c/x", "/etc/passwd", "a//b", "a/.", "a\u{0}b"]
    )
    func outside(key: String) async throws {
        try await withFolder { storage, root in
            try FileManager.default.createDirectory(at: root.appending(path: "c"), withIntermediateDirectories: true)
            try Data("secret".utf8).write(to: root.appending(path: "c/x"))
            #expect(
                await reason { _ = try await storage.read(key, version: nil, from: 0, most: 1) }.hasPrefix("must be ")
            )
            #expect(await reason { try await storage.write(key, []) }.hasPrefix("must be "))
        }
    }

    @Test("are not reached by links, on the way or at the end")
    func links() async throws {
        try await withFolder { storage, root in
            let secret = root.appending(path: "c")
            try FileManager.default.createDirectory(at: secret, withIntermediateDirectories: true)
            try Data("secret".utf8).write(to: secret.appending(path: "x"))
            try FileManager.default.createSymbolicLink(at: root.appending(path: "b/way"), withDestinationURL: secret)
            try FileManager.default.createSymbolicLink(
                at: root.appending(path: "b/end"),
                withDestinationURL: secret.appending(path: "x")
            )
            for key in ["way/x", "end"] {
                #expect(
                    await reason { _ = try await storage.read(key, version: nil, from: 0, most: 1) }.contains(
                        "cannot be opened"
                    )
                )
            }
            #expect(await reason { try await storage.write("way/y", [1]) }.contains("cannot be opened"))
            #expect(!FileManager.default.fileExists(atPath: secret.appending(path: "y").path))
            // A write takes the link's place, and leaves what it led to.
            try await storage.write("end", Array("new".utf8))
            #expect(try String(contentsOf: secret.appending(path: "x"), encoding: .utf8) == "secret")
            #expect(try await storage.read("end", version: nil, from: 0, most: 9).bytes == Array("new".utf8))
        }
    }
}
