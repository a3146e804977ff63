import StatesLanguage
import Waitable
import WaitableRedis

extension StepFunctionsAPI {
    /// Creates an alias for one version, or for two with a share each. Idempotent for the same name, description and
    /// routes.
    func createStateMachineAlias(_ request: APIRequest) async throws -> JSONObject {
        let name = try request.aliasName()
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
        let routes = request.isGiven("routingConfiguration") ? try routes(of: request).routes : nil
        guard description != nil || routes != nil else {
            throw APIError(
                "ValidationException",
                "Either the description or the routingConfiguration must be specified"
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
        let field = "routingConfiguration"
        let entries = try request.objects(field)
        guard (1...2).contains(entries.count) else {
            throw APIError.constraint(
                value: "\(entries.count) routes",
                at: field,
                "Member must have length less than or equal to 2, and greater than or equal to 1"
            )
        }
        var machines: Set<Spelling> = []
        var routes: [MachineAlias.Route] = []
        for entry in entries {
            let arn = entry["stateMachineVersionArn"]?.stringValue ?? ""
            let reference = try ingest.arn.stateMachineReference(in: arn)
            guard let version = reference.version else { throw ARNError("Invalid ARN prefix: \(arn)") }
            let weight = Int(entry["weight"]?.integerValue ?? -1)
            guard (0...100).contains(weight) else {
                throw APIError.constraint(
                    value: "\(weight)",
                    at: "\(field).weight",
                    "Member must have value less than or equal to 100"
                )
            }
            machines.insert(reference.name)
            routes.append(MachineAlias.Route(version: version, weight: weight))
        }
        guard let machine = machines.first, machines.count == 1, Set(routes.map(\.version)).count == routes.count else {
            throw APIError("ValidationException", "\(field): must name different versions of one state machine")
        }
        guard routes.map(\.weight).reduce(0, +) == 100 else {
            throw APIError("ValidationException", "\(field): weights must add up to 100")
        }
        return (machine.text, routes)
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

extension APIRequest {
    /// The rule for aliases: letters, digits, `-`, `_` and `.`, and not digits alone.
    fileprivate func aliasName() throws(APIError) -> String {
        let name = try required("name")
        let isAllowed = name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || [0x2D, 0x2E, 0x5F].contains(byte)
        }
        guard isAllowed, !name.utf8.allSatisfy({ (0x30...0x39).contains($0) }), !name.isEmpty else {
            throw .constraint(
                value: name,
                at: "name",
                #"Member must satisfy regular expression pattern: ^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$"#
            )
        }
        guard name.utf8.count <= 80 else {
            throw .constraint(value: name, at: "name", "Member must have length less than or equal to 80")
        }
        return name
    }
}
