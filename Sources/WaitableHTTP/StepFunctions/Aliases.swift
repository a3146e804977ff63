import StatesLanguage
import Waitable
import WaitableRedis

extension StepFunctionsAPI {
    /// Creates an alias for one version, or for two with a share each. Idempotent for the same name, description and
    /// routes.
    func createStateMachineAlias(_ request: APIRequest) async throws -> JSONObject {
        let name = try request.required("name")
        let description = try request.optional("description")
        let (machine, routes) = try routes(of: request)
        let now = try await ingest.clock.now()
        let alias = try await ingest.store.changeMachine(machine) { entry in
            try check(routes, of: machine, entry)
            if let existing = entry.aliases.first(where: { $0.name == name }) {
                guard existing.description == description, existing.routes == routes else {
                    throw APIError(
                        "ConflictException",
                        "Failed to create alias because an alias with the same name and a different routing "
                            + "configuration already exists."
                    )
                }
                return existing
            }
            let alias = MachineAlias(
                name: name,
                description: description,
                routes: routes,
                creationDate: now,
                updateDate: now
            )
            entry.aliases.append(alias)
            return alias
        }
        return [
            "stateMachineAliasArn": .string(ingest.arn.stateMachine(machine, qualifier: name)),
            "creationDate": alias.creationDate.epochSeconds,
        ]
    }

    /// Changes an alias's description, its routes, or both.
    func updateStateMachineAlias(_ request: APIRequest) async throws -> JSONObject {
        let (machine, name) = try aliasReference(request)
        let description = try request.optional("description")
        let routing = request.isGiven("routingConfiguration") ? try routes(of: request) : nil
        if let routing, routing.machine != machine {
            throw APIError(
                "ValidationException",
                "Routing configuration must contain versions of the alias's state machine. Received: \(routing.machine)"
            )
        }
        let routes = routing?.routes
        guard description != nil || routes != nil else {
            throw APIError(
                "ValidationException",
                "Either the description or the RoutingConfiguration must be specified"
            )
        }
        let now = try await ingest.clock.now()
        try await ingest.store.changeMachine(machine) { entry in
            guard let index = entry.aliases.firstIndex(where: { $0.name == name }) else { throw APIError.noAlias }
            if let routes {
                try check(routes, of: machine, entry)
                entry.aliases[index].routes = routes
            }
            if let description { entry.aliases[index].description = description }
            entry.aliases[index].updateDate = now
        }
        return ["updateDate": now.epochSeconds]
    }

    /// Describes an alias.
    func describeStateMachineAlias(_ request: APIRequest) async throws -> JSONObject {
        let (machine, name) = try aliasReference(request)
        let entry = try await ingest.store.machineEntry(machine)
        guard let alias = entry.aliases.first(where: { $0.name == name }) else { throw APIError.noAlias }
        var answer: JSONObject = [
            "stateMachineAliasArn": .string(ingest.arn.stateMachine(machine, qualifier: name)),
            "name": .string(name),
            "routingConfiguration": .array(
                alias.routes.map { route in
                    .object([
                        "stateMachineVersionArn": .string(
                            ingest.arn.stateMachine(machine, qualifier: String(route.version))
                        ),
                        "weight": .integer(Int64(route.weight)),
                    ])
                }
            ),
            "creationDate": alias.creationDate.epochSeconds,
            "updateDate": alias.updateDate.epochSeconds,
        ]
        answer["description"] = alias.description.map(JSON.string)
        return answer
    }

    /// Lists a state machine's aliases, or those of one of its versions.
    func listStateMachineAliases(_ request: APIRequest) async throws -> JSONObject {
        let arn = try request.required("stateMachineArn")
        let reference = try ingest.arn.stateMachineReference(in: arn)
        let entry = try await ingest.store.machineEntry(reference.name)
        guard entry.record != nil else { throw APIError.noStateMachine(arn) }
        let aliases = reference.version.map(entry.aliases(of:)) ?? entry.aliases
        return try request.page(of: aliases) { $0.name }.answer("stateMachineAliases") { alias in
            .object([
                "stateMachineAliasArn": .string(ingest.arn.stateMachine(reference.name, qualifier: alias.name)),
                "creationDate": alias.creationDate.epochSeconds,
            ])
        }
    }

    /// Removes an alias. One that does not exist is removed already.
    func deleteStateMachineAlias(_ request: APIRequest) async throws -> JSONObject {
        let (machine, name) = try aliasReference(request)
        try await ingest.store.changeMachine(machine) { entry in entry.aliases.removeAll { $0.name == name } }
        return [:]
    }

    private func aliasReference(_ request: APIRequest) throws -> (machine: String, alias: String) {
        let arn = try request.required("stateMachineAliasArn")
        let reference = try ingest.arn.stateMachineReference(in: arn)
        guard let alias = reference.alias else { throw ARNError("Invalid ARN prefix: \(arn)") }
        return (reference.name, alias)
    }

    /// The routes of a request, all to versions of one machine.
    private func routes(of request: APIRequest) throws -> (machine: String, routes: [MachineAlias.Route]) {
        let entries = try request.objects("routingConfiguration")
        let arns = entries.map { $0["stateMachineVersionArn"]?.stringValue ?? "" }
        let received = "Received: [\(arns.joined(separator: ", "))]"
        guard Set(arns.map { Spelling($0) }).count == arns.count else {
            throw APIError(
                "ValidationException",
                "Routing configuration must contain distinct state machine version ARNs. \(received)"
            )
        }
        let weights = entries.map { Int($0["weight"]?.integerValue ?? 0) }
        guard weights.reduce(0, +) == 100 else {
            throw APIError(
                "ValidationException",
                "Sum of routing configuration weights must equal 100. Received: \(weights)"
            )
        }
        let references = try arns.map { try ingest.arn.stateMachineReference(in: $0) }
        let routes = zip(references, weights).compactMap { reference, weight in
            reference.version.map { MachineAlias.Route(version: $0, weight: weight) }
        }
        guard let machine = references.first?.name, routes.count == references.count else {
            throw APIError(
                "ValidationException",
                "Routing configuration must contain state machine version ARNs. \(received)"
            )
        }
        guard references.allSatisfy({ Spelling($0.name) == Spelling(machine) }) else {
            throw APIError(
                "ValidationException",
                "Routing configuration must contain versions of one state machine. \(received)"
            )
        }
        return (machine, routes)
    }

    private func check(
        _ routes: [MachineAlias.Route],
        of machine: String,
        _ entry: MachineEntry
    ) throws(APIError) {
        guard entry.record != nil else { throw .noAlias }
        for route in routes where !entry.versions.contains(where: { $0.number == route.version }) { throw .noAlias }
    }
}

extension APIError {
    fileprivate static let noAlias = APIError(
        "ResourceNotFound",
        "Request references a resource that does not exist."
    )
}
