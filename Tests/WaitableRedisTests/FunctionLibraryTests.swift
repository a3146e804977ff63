import Foundation
import Testing
import WaitableRedis

@Suite("Function library", .timeLimit(.minutes(1)))
struct FunctionLibraryTests {
    @Test("every file of its folder is a module of the text, once")
    func modules() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/WaitableRedis/Functions")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        let modules = FunctionLibrary.source.matches(of: /preload\['(\w+)'\] = function/).map { "\($0.1).lua" }
        #expect(modules.sorted() == files.sorted())
    }
}
