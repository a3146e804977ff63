package import StatesLanguage
import Waitable
package import WaitableOperations

extension Throughput {
    /// `{"now","minutes": [{"at","closed","failed"}]}`
    package var json: JSON {
        .object([
            "now": .string(now.iso8601),
            "minutes": .array(
                minutes.map { minute in
                    .object([
                        "at": .string(minute.start.iso8601),
                        "closed": .integer(Int64(minute.closed)),
                        "failed": .integer(Int64(minute.failed)),
                    ])
                }
            ),
        ])
    }
}

extension Schedule {
    /// `{"earlier","buckets": [{"from","to","count"}],"later","answersOnly"}`
    package var json: JSON {
        .object([
            "earlier": .integer(Int64(earlier)),
            "buckets": .array(
                buckets.map { bucket in
                    .object([
                        "from": .string(bucket.window.lowerBound.iso8601),
                        "to": .string(bucket.window.upperBound.iso8601),
                        "count": .integer(Int64(bucket.count)),
                    ])
                }
            ),
            "later": .integer(Int64(later)),
            "answersOnly": .integer(Int64(answersOnly)),
        ])
    }
}

extension FailureSurvey {
    /// `{"groups": [{"stateMachine","status","error"?,"state"?,"count","last": {…}}],"looked","nextToken"?}`
    var json: JSON {
        var object: JSONObject = [
            "groups": .array(
                groups.map { group in
                    var object: JSONObject = [
                        "stateMachine": .string(group.kind.machine),
                        "status": .string(group.kind.status.rawValue),
                        "count": .integer(Int64(group.count)),
                        "last": group.last.json,
                    ]
                    object["error"] = group.kind.error.map(JSON.string)
                    object["state"] = group.kind.state.map(JSON.string)
                    return .object(object)
                }
            ),
            "looked": .integer(Int64(looked)),
        ]
        object["nextToken"] = next.map { .string($0.token) }
        return .object(object)
    }
}

extension StreamDepth {
    /// `{"name","length","oldest"?}`
    var json: JSON {
        var object: JSONObject = ["name": .string(name), "length": .integer(Int64(length))]
        object["oldest"] = oldest.map { .string($0.iso8601) }
        return .object(object)
    }
}

extension ActivityQueue {
    /// `{"name","waiting","taken","oldest"?: {"Id","stateMachine"}}`
    var json: JSON {
        var object: JSONObject = [
            "name": .string(name), "waiting": .integer(Int64(waiting)), "taken": .integer(Int64(taken)),
        ]
        object["oldest"] = oldest.map { .object(["Id": .string($0.name), "stateMachine": .string($0.machine)]) }
        return .object(object)
    }
}
