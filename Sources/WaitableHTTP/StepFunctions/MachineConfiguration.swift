import StatesLanguage
import Waitable

extension StepFunctionsAPI {
    /// How resources are encrypted, as the API describes it.
    static let encryption = JSON.object(["type": .string("AWS_OWNED_KEY")])
}

extension APIRequest {
    /// Checks that nobody asks for keys of their own.
    func checkEncryption() throws(APIError) {
        guard let type = try object("encryptionConfiguration")?["type"]?.stringValue, type != "AWS_OWNED_KEY" else {
            return
        }
        throw APIError(
            "InvalidEncryptionConfiguration",
            "Invalid Encryption Configuration: the type \(type) is not supported by this version"
        )
    }

    /// The members of a create or an update that make a revision, on top of what was before.
    func apply(to revision: inout Revision) throws(APIError) {
        try checkEncryption()
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
            "encryptionConfiguration": StepFunctionsAPI.encryption,
        ]
    }
}
