package import StatesLanguage

/// What a program on an item came to, as the commit answers it and the execution's document keeps it.
///
/// `{"task":7,"echo":"…","answer":{…}}`, or with `code` and `message` in place of `answer`.
package struct ItemOutcome: Sendable, Equatable {
    /// The task that it answers; `nil` where the outcome is unreadable.
    package var task: Int?
    /// The task's output, or its error and cause.
    package var result: TaskResult

    /// How a task ended.
    package enum TaskResult: Sendable, Equatable {
        /// With this output.
        case succeeded(JSON)
        /// With this error and cause.
        case failed(error: String, cause: String?)
    }

    /// Reads an outcome.
    package init(_ json: JSON) {
        let object = json.objectValue ?? [:]
        task = object["task"]?.integerValue.map { Int($0) }
        guard let echoText = object["echo"]?.stringValue, let echo = try? JSON(parsing: echoText),
            let response = ItemResponse(echo: echo)
        else {
            result = .failed(error: "States.Runtime", cause: "The outcome of an item operation is unreadable")
            return
        }
        if let answer = object["answer"]?.objectValue {
            result = .succeeded(response.output(answer))
        } else {
            let failure = response.integration.failure(
                code: object["code"]?.stringValue ?? "InternalServerError",
                message: object["message"]?.stringValue ?? "",
                requestID: response.requestID
            )
            result = .failed(error: failure.error, cause: failure.cause)
        }
    }

    /// The interpreter's stimulus.
    package func stimulus(for task: Int) -> Stimulus {
        switch result {
        case .succeeded(let output): .succeeded(task: task, output: output)
        case .failed(let error, let cause): .failed(task: task, error: error, cause: cause)
        }
    }
}
