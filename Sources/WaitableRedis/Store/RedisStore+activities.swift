import RedisClient
import StatesLanguage
package import Waitable

extension RedisStore {
    /// The activity of a name; `nil` where there is none.
    package func activity(_ name: String) async throws(StoreError) -> ActivityRecord? {
        let text = try await send(RedisCommand("HGET", keys.registry(.activities), name)).string
        return Self.activity(name, text)
    }

    /// All activities, by name.
    package func activities() async throws(StoreError) -> [ActivityRecord] {
        let fields = try await send(RedisCommand("HGETALL", keys.registry(.activities))).pairs
        let records = fields.compactMap { name, record in
            name.string.flatMap { Self.activity($0, record.string) }
        }
        return records.sorted { $0.name < $1.name }
    }

    /// Creates an activity, unless there is one of that name.
    ///
    /// - Returns: The activity that there is now.
    package func create(_ activity: ActivityRecord) async throws(StoreError) -> ActivityRecord {
        let new = RegistryChange(table: .activities, name: activity.name, before: nil, after: activity.json.text)
        while true {
            if try await enter([new], revision: nil) { return activity }
            if let existing = try await self.activity(activity.name) { return existing }
        }
    }

    /// Removes an activity. Its tasks stay with their executions, and nobody can take them any more.
    package func deleteActivity(_ name: String) async throws(StoreError) {
        while let text = try await send(RedisCommand("HGET", keys.registry(.activities), name)).string {
            let change = RegistryChange(table: .activities, name: name, before: text, after: nil)
            if try await enter([change], revision: nil) { return }
        }
    }

    private static func activity(_ name: String, _ text: String?) -> ActivityRecord? {
        text.flatMap { try? JSON(parsing: $0) }.flatMap { ActivityRecord(name: name, json: $0) }
    }
}
