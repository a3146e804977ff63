package import StatesLanguage
import Waitable
package import WaitableOperations

extension ItemDescription {
    /// The summary's members, then `"input"`, `"output"?`, `"parent"?` (`{"Id","stateMachine"}`), `"state"?` (the outermost
    /// state where it stands or ended) and `"item"?`.
    package var json: JSON {
        var view = summary.json.objectValue ?? [:]
        view["input"] = try? JSON(parsing: summary.execution.input)
        view["output"] = summary.execution.output.flatMap { try? JSON(parsing: $0) }
        if let parent = summary.execution.parent?.key {
            view["parent"] = .object(["Id": .string(parent.name), "stateMachine": .string(parent.machine)])
        }
        view["state"] = summary.execution.flow.map { .string($0.state) }
        view["item"] = item.map(ItemView.json(of:))
        return .object(view)
    }
}

extension ItemTimeline {
    /// `{"Id","stateMachine","attempts","events"}`
    package var json: JSON {
        .object([
            "Id": .string(key.name),
            "stateMachine": .string(key.machine),
            "attempts": .integer(Int64(attempts)),
            "events": .array(events.map(\.json)),
        ])
    }
}
