import StatesLanguage
import Waitable

extension APIRequest {
    /// The members of a create or an update that make a revision, on top of what was before.
    func apply(to revision: inout Revision) throws(APIError) {
        if let definition = try optional("definition") { revision.definition = definition }
        if let role = try optional("roleArn") { revision.roleARN = role }
        if let logging = try object("loggingConfiguration") { revision.logging = try Self.checked(logging) }
        if let tracing = try object("tracingConfiguration") { revision.isTraced = tracing["enabled"] == .bool(true) }
    }

    /// A logging configuration as AWS takes it: off, or to exactly one destination.
    private static func checked(_ logging: JSONObject) throws(APIError) -> JSONObject {
        func invalid(_ reason: String) -> APIError {
            APIError("InvalidLoggingConfiguration", "Invalid Logging Configuration: \(reason)")
        }
        let level = logging["level"]?.stringValue ?? "OFF"
        let levels = ["ALL", "ERROR", "FATAL", "OFF"]
        guard levels.contains(level) else {
            throw .constraint(
                value: level,
                at: "loggingConfiguration.level",
                "Member must satisfy enum value set: [\(levels.joined(separator: ", "))]"
            )
        }
        let destinations = logging["destinations"]?.arrayValue ?? []
        guard level == "OFF" && destinations.isEmpty || destinations.count == 1 else {
            throw invalid("Must specify exactly one Log Destination.")
        }
        if level == "OFF", logging["destinations"] == nil { return [:] }
        var checked = logging
        checked["level"] = .string(level)
        if checked["includeExecutionData"] == nil { checked["includeExecutionData"] = .bool(false) }
        return checked
    }
}

extension Revision {
    /// The configurations as the API describes them.
    var configurations: JSONObject {
        let off: JSONObject = ["level": .string("OFF"), "includeExecutionData": .bool(false)]
        return [
            "loggingConfiguration": .object(logging.isEmpty ? off : logging),
            "tracingConfiguration": .object(["enabled": .bool(isTraced)]),
        ]
    }
}
