package import StatesLanguage
import Waitable
package import WaitableOperations

extension MachineSummary {
    /// `{"name","revision","isDefault","paused","pausedSince"?}`
    package var json: JSON {
        var object: JSONObject = [
            "name": .string(record.name), "revision": .string(record.revision), "isDefault": .bool(isDefault),
            "paused": .bool(pausedSince != nil),
        ]
        object["pausedSince"] = pausedSince.map { .string($0.iso8601) }
        return .object(object)
    }
}

extension [MachineSummary] {
    /// `{"stateMachines": […]}`
    package var json: JSON { .object(["stateMachines": .array(map(\.json))]) }
}
