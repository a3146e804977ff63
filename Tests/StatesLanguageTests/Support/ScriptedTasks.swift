import StatesLanguage

/// Answers tasks from a list, in order, and keeps what was asked. Past the list's end tasks succeed with `{}`.
struct ScriptedTasks: TaskHandler {
    var answers: [TaskDisposition] = []
    /// The resource whose tasks fail.
    var failing: String?
    private(set) var requests: [TaskRequest] = []

    init(_ answers: [TaskDisposition] = []) { self.answers = answers }

    mutating func begin(_ task: TaskRequest) -> TaskDisposition {
        requests.append(task)
        if task.resource == failing { return .failed(error: "E", cause: nil) }
        return answers.isEmpty ? .succeeded(output: .object([:])) : answers.removeFirst()
    }

    /// Items that were asked for; as many have room in a step as ``room`` says.
    private(set) var items: [MapItemRequest] = []
    var room = Int.max

    mutating func begin(_ item: MapItemRequest) -> Bool {
        guard room > 0 else { return false }
        room -= 1
        items.append(item)
        return true
    }

    /// What was asked for of map runs' items and results.
    private(set) var transfers: [MapTransfer] = []

    mutating func begin(_ transfer: MapTransfer) { transfers.append(transfer) }

    func token(ofTask id: Int) -> String { "token-\(id)" }
}

/// Takes every resource but those of a service that is not there.
struct TestCatalog: ResourceCatalog {
    func problem(with resource: String, parameters: JSON?) -> (field: String, reason: String)? {
        resource.contains(":nowhere:") ? ("Resource", "The resource provided \(resource) is not recognized.") : nil
    }
}
