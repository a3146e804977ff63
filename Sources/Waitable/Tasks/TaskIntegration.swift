import StatesLanguage

/// What a task's `Resource` names.
enum TaskIntegration: Sendable, Equatable {
    /// An operation on items.
    case item(ItemResource)
    /// `arn:aws:states:REGION:ACCOUNT:activity:NAME`
    case activity(name: String)
    /// `arn:aws:lambda:REGION:ACCOUNT:function:NAME`
    case function(arn: String)
    /// `lambda:invoke`
    case invoke(IntegrationPattern)
    /// `http:invoke`
    case http
    /// `sqs:sendMessage`, `sns:publish`, `events:putEvents`, and the SDK's spellings
    case publication(PublishTask.Publisher, IntegrationPattern)
    /// `states:startExecution`
    case execution(IntegrationPattern)
    /// What an adapter does
    case outside(OutsideIntegration)

    /// Reads a resource; `nil` for one that there is nothing for.
    init?(_ resource: String) {
        if let item = ItemResource(resource) {
            self = .item(item)
            return
        }
        let parts = resource.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 7, parts[0] == "arn", parts[1].hasPrefix("aws") else { return nil }
        switch (parts[2], parts[5]) {
        case ("lambda", "function"): self = .function(arn: resource)
        case ("states", "activity") where parts.count == 7 && ResourceName.problem(with: parts[6]) == nil:
            self = .activity(name: parts[6])
        default:
            guard let named = ServiceResource(resource) else { return nil }
            if let integration = Self(service: named.service, named.operation) {
                self = integration
            } else if let outside = OutsideIntegration(resource) {
                self = .outside(outside)
            } else {
                return nil
            }
        }
    }

    private init?(service: String, _ operation: String) {
        let words = operation.split(separator: ".", maxSplits: 1).map(String.init)
        guard let action = words.first,
            let pattern = IntegrationPattern(rawValue: words.count > 1 ? words[1] : "")
        else { return nil }
        switch (service, action, pattern) {
        case ("lambda", "invoke", .response), ("lambda", "invoke", .token): self = .invoke(pattern)
        case ("http", "invoke", .response): self = .http
        case ("states", "startExecution", _): self = .execution(pattern)
        case (_, _, .response), (_, _, .token):
            guard let publisher = PublishTask.Publisher(service: service, operation: action) else { return nil }
            self = .publication(publisher, pattern)
        default: return nil
        }
    }

    /// The pattern.
    var pattern: IntegrationPattern {
        switch self {
        case .item, .function, .http, .activity: .response
        case .invoke(let pattern), .publication(_, let pattern), .execution(let pattern): pattern
        case .outside(let integration): integration.pattern
        }
    }
}

/// What a task waits for, the end of its `Resource`.
///
/// Source: AWS Step Functions developer guide, "Service integration patterns".
enum IntegrationPattern: String, Sendable {
    /// For the answer to its request.
    case response = ""
    /// For the end of what it started, its output as text.
    case end = "sync"
    /// For the end of what it started, its output as JSON.
    case endAsJSON = "sync:2"
    /// For a call with its token.
    case token = "waitForTaskToken"
}

extension IntegrationPattern {
    /// What it means for the start of an execution.
    var pattern: ChildStart.IntegrationPattern {
        switch self {
        case .response: .start
        case .token: .token
        case .end: .end(.text)
        case .endAsJSON: .end(.json)
        }
    }
}
