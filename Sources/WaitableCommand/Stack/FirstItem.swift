import Foundation
import Logging
import RedisClient
import StatesLanguage
import Waitable
import WaitableOperations
import WaitableRedis

/// The first item of a new stack, watched from its start to its end.
struct FirstItem {
    let redisPort: Int

    func show() async throws {
        var logger = Logger(label: "waitable.dev")
        logger.logLevel = .critical
        let client = RedisClient(try RedisConfiguration(url: "redis://127.0.0.1:\(redisPort)"), logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await client.run() }
            defer { group.cancelAll() }
            try await show(RedisStore(client: client))
        }
    }

    private func show(_ store: RedisStore) async throws {
        let due = try await store.now().adding(milliseconds: 2_000)
        let start = JSON.object(["Id": .string("first-item"), "StartTimestamp": .string(due.iso8601)])
        print(block: "\nA first item, due in 2 seconds:")
        _ = try await store.startByHand(start.text, machine: nil)
        var last = ""
        while !last.contains("COMPLETED") {
            let item = try await store.items([ItemKey(table: "items", id: "first-item")]).first ?? nil
            let text = item.map { ItemView.json(of: $0).text } ?? ""
            if text != last, !text.isEmpty { print("  \(text)") }
            last = text
            fflush(nil)
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
