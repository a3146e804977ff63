package import StatesLanguage

/// An alias of a state machine: a name for one version, or for two with a share of the starts each.
package struct MachineAlias: Sendable, Equatable {
    /// A version and its share.
    package struct Route: Sendable, Equatable {
        /// The version's number.
        package var version: Int
        /// Its share of the starts, 0 to 100; all shares add up to 100.
        package var weight: Int

        /// A route from its parts.
        package init(version: Int, weight: Int) {
            self.version = version
            self.weight = weight
        }
    }

    /// The alias's name.
    package var name: String
    /// What its owner said of it.
    package var description: String?
    /// Where its starts go: one or two routes.
    package var routes: [Route]
    /// When it was created, by the Redis clock.
    package var creationDate: Instant
    /// When it was last changed, by the Redis clock.
    package var updateDate: Instant

    /// An alias from its parts.
    package init(name: String, description: String?, routes: [Route], creationDate: Instant, updateDate: Instant) {
        self.name = name
        self.description = description
        self.routes = routes
        self.creationDate = creationDate
        self.updateDate = updateDate
    }

    /// The version that a start goes to.
    ///
    /// - Parameter draw: A number from 0 to 99, drawn anew for each start.
    package func version(for draw: Int) -> Int {
        var passed = 0
        for route in routes {
            passed += route.weight
            if draw < passed { return route.version }
        }
        return routes.last?.version ?? 0
    }

    /// The stored form.
    package var json: JSON {
        var object: JSONObject = [
            "name": .string(name),
            "routes": .array(
                routes.map { .array([.integer(Int64($0.version)), .integer(Int64($0.weight))]) }
            ),
            "created": .integer(creationDate.milliseconds),
            "updated": .integer(updateDate.milliseconds),
        ]
        object["description"] = description.map(JSON.string)
        return .object(object)
    }

    /// Reads the stored form; `nil` where it is not one.
    package init?(json: JSON) {
        guard let object = json.objectValue, let name = object["name"]?.stringValue,
            let routes = object["routes"]?.arrayValue, let created = object["created"]?.integerValue,
            let updated = object["updated"]?.integerValue
        else { return nil }
        self.init(
            name: name,
            description: object["description"]?.stringValue,
            routes: routes.compactMap { route in
                guard let pair = route.arrayValue?.compactMap(\.integerValue), pair.count == 2 else { return nil }
                return Route(version: Int(pair[0]), weight: Int(pair[1]))
            },
            creationDate: Instant(milliseconds: created),
            updateDate: Instant(milliseconds: updated)
        )
    }
}
