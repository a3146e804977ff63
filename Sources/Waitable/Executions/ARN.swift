/// The names that the Step Functions API gives to things, for one region and account.
///
/// Both are labels only: nothing in Waitable belongs to a region or an account, but every AWS client wants them in ARNs.
package struct ARN: Sendable, Hashable {
    /// The region in ARNs, such as `us-east-1`.
    package var region: String
    /// The 12-digit account in ARNs.
    package var account: String

    /// ARNs for a region and an account.
    package init(region: String = "us-east-1", account: String = "000000000000") {
        self.region = region
        self.account = account
    }

    /// Reads a ``prefix``; `nil` where the text is none.
    package init?(prefix: String) {
        let parts = prefix.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[..<3].joined(separator: ":") == "arn:aws:states" else { return nil }
        self.init(region: String(parts[3]), account: String(parts[4]))
    }

    /// `arn:aws:states:REGION:ACCOUNT`, what all of these begin with.
    package var prefix: String { "arn:aws:states:\(region):\(account)" }

    /// `arn:aws:states:REGION:ACCOUNT:stateMachine:NAME`
    package func stateMachine(_ name: String) -> String {
        "arn:aws:states:\(region):\(account):stateMachine:\(name)"
    }

    /// `arn:aws:states:REGION:ACCOUNT:stateMachine:NAME:QUALIFIER`, the qualifier a version's number or an alias
    package func stateMachine(_ name: String, qualifier: String) -> String { "\(stateMachine(name)):\(qualifier)" }

    /// `arn:aws:states:REGION:ACCOUNT:execution:MACHINE:NAME`; of an EXPRESS machine `…:express:MACHINE:NAME:UUID`
    package func execution(_ key: ExecutionKey) -> String {
        "arn:aws:states:\(region):\(account):\(key.isExpress ? "express" : "execution"):\(key.machine):\(key.name)"
    }

    /// `arn:aws:states:REGION:ACCOUNT:activity:NAME`
    package func activity(_ name: String) -> String { "arn:aws:states:\(region):\(account):activity:\(name)" }

    /// The activity's name in an ARN.
    ///
    /// - Throws: ``ARNError`` where the text is no ARN of an activity.
    package func activityName(in text: String) throws(ARNError) -> String {
        let parts = try parts(of: text)
        guard parts[5] == "activity", parts.count == 7 else {
            throw ARNError("Resource type not valid in this context: \(parts[5])")
        }
        return parts[6]
    }

    /// The state machine's name in an ARN.
    ///
    /// - Throws: ``ARNError`` where the text is no ARN of a state machine.
    package func stateMachineName(in text: String) throws(ARNError) -> String {
        let parts = try parts(of: text)
        guard parts[5] == "stateMachine", parts.count == 7 else {
            throw ARNError("Resource type not valid in this context: \(parts[5])")
        }
        return parts[6]
    }

    /// The state machine that an ARN names, and the version or alias behind it.
    ///
    /// - Throws: ``ARNError`` where the text is no ARN of a state machine, a version or an alias.
    package func stateMachineReference(in text: String) throws(ARNError) -> StateMachineReference {
        let parts = try parts(of: text)
        guard parts[5] == "stateMachine", (7...8).contains(parts.count) else {
            throw ARNError("Resource type not valid in this context: \(parts[5])")
        }
        guard parts.count == 8 else { return StateMachineReference(name: parts[6]) }
        guard let number = Int(parts[7]) else { return StateMachineReference(name: parts[6], alias: parts[7]) }
        return StateMachineReference(name: parts[6], version: number)
    }

    /// The execution that an ARN names.
    ///
    /// - Throws: ``ARNError`` where the text is no ARN of an execution.
    package func executionKey(in text: String) throws(ARNError) -> ExecutionKey {
        let parts = try parts(of: text)
        guard parts[5] == "execution", parts.count == 8 else {
            throw ARNError("Resource type not valid in this context: \(parts[5])")
        }
        return ExecutionKey(machine: parts[6], name: parts[7])
    }

    /// The execution of an EXPRESS machine that an ARN names.
    ///
    /// - Throws: ``ARNError`` where the text is no ARN of one.
    package func expressExecutionKey(in text: String) throws(ARNError) -> ExecutionKey {
        let parts = try parts(of: text)
        guard parts[5] == "express", parts.count > 7 else {
            throw ARNError("Resource type not valid in this context: \(parts[5])")
        }
        return ExecutionKey(machine: parts[6], name: parts[7...].joined(separator: ":"))
    }

    /// `arn:aws:states:REGION:ACCOUNT:mapRun:MACHINE/LABEL:NAME.EVENT`
    package func mapRun(_ run: MapRunKey) -> String {
        "arn:aws:states:\(region):\(account):mapRun:\(run.processor):\(run.execution.name).\(run.id)"
    }

    /// The map run that an ARN names.
    ///
    /// - Throws: ``ARNError`` where the text is no ARN of a map run.
    package func mapRunKey(in text: String) throws(ARNError) -> MapRunKey {
        let parts = try parts(of: text)
        guard parts[5] == "mapRun", parts.count >= 8 else {
            throw ARNError("Resource type not valid in this context: \(parts[5])")
        }
        let name = parts[7...].joined(separator: ":")
        guard let slash = parts[6].lastIndex(of: "/"), let dot = name.lastIndex(of: "."),
            let id = Int(name[name.unicodeScalars.index(after: dot)...]), id > 0
        else { throw ARNError("Invalid map run: \(text)") }
        return MapRunKey(
            execution: ExecutionKey(machine: String(parts[6][..<slash]), name: String(name[..<dot])),
            label: String(parts[6][parts[6].unicodeScalars.index(after: slash)...]),
            id: id
        )
    }

    /// The parts of an ARN of this region and account, all that there are here: what another one names is not what has its
    /// name here.
    private func parts(of text: String) throws(ARNError) -> [String] {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 7, parts[0] == "arn", parts[2] == "states" else {
            throw ARNError("Invalid ARN prefix: \(text)")
        }
        guard parts[1] == "aws", parts[3] == region, parts[4] == account else {
            throw ARNError("ARN must begin with \(prefix): \(text)")
        }
        return parts
    }
}

/// A state machine, one of its versions, or one of its aliases.
package struct StateMachineReference: Sendable, Hashable {
    /// The state machine's name.
    package var name: String
    /// The version's number; `nil` for no version.
    package var version: Int?
    /// The alias's name; `nil` for no alias.
    package var alias: String?

    /// A reference from its parts.
    package init(name: String, version: Int? = nil, alias: String? = nil) {
        self.name = name
        self.version = version
        self.alias = alias
    }
}

/// What names a map run: the execution that began it, and the event with which it did.
package struct MapRunKey: Sendable, Hashable {
    /// The execution.
    package var execution: ExecutionKey
    /// What the run is called after.
    package var label: String
    /// The id of its `MapRunStarted` event.
    package var id: Int

    /// A key from its parts.
    package init(execution: ExecutionKey, label: String, id: Int) {
        self.execution = execution
        self.label = label
        self.id = id
    }

    /// The state machine that its executions are of.
    package var processor: String { "\(execution.machine)/\(label)" }
}

/// A text that is not the ARN asked for; the reason is AWS's.
package struct ARNError: Error, Sendable, Equatable {
    /// The text within `Invalid Arn: '…'`.
    package var reason: String

    /// An error from its reason.
    package init(_ reason: String) { self.reason = reason }
}
