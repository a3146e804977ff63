package import JSONValues

extension ItemOperation {
    /// The program that the function library evaluates inside the commit (`items.lua`).
    ///
    /// | member | meaning |
    /// | --- | --- |
    /// | `task` | the task's id |
    /// | `op` | `put`, `update`, `delete` or `get` |
    /// | `key` | the key attribute and its value |
    /// | `if` | the condition, absent for none |
    /// | `item` | put: all attributes |
    /// | `update` | update: lists `set`, `remove`, `add`, `delete` |
    /// | `project` | get: the wanted paths, absent for all |
    /// | `return` | `ReturnValues` |
    /// | `echo` | goes into the outcome as it is: what the reader of the outcome needs |
    package func program(task: Int, echo: JSON) -> String {
        var program: JSONObject = ["task": .integer(Int64(task))]
        var key = JSONObject()
        key[keyName] = keyValue.json
        switch change {
        case .put(let attributes):
            program["op"] = .string("put")
            var item = JSONObject()
            for (name, value) in attributes { item[name] = value.json }
            program["item"] = .object(item)
        case .update(let update):
            program["op"] = .string("update")
            program["update"] = update.json
        case .delete:
            program["op"] = .string("delete")
        case .get(let paths):
            program["op"] = .string("get")
            if let paths { program["project"] = .array(paths.map(\.json)) }
        }
        program["key"] = .object(key)
        if let condition { program["if"] = condition.json }
        program["return"] = .string(returnValues)
        program["echo"] = .string(echo.text)
        return JSON.object(program).text
    }
}
