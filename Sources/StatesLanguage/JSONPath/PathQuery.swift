/// A JSONPath that is tried on its own, without a state around it.
package struct PathQuery: Sendable {
    private let path: Path

    /// Why there is no value.
    package struct Failure: Error, CustomStringConvertible {
        /// The reason as a sentence.
        package let description: String
    }

    /// Reads a path such as `$.orders[0].id` or `$name.id`.
    ///
    /// - Throws: ``Failure`` where it is no path.
    package init(parsing text: String) throws(Failure) {
        do throws(PathError) {
            path = try Path(parsing: text)
        } catch {
            throw Failure(description: "The path '\(text)' \(error.reason)")
        }
    }

    /// The value at the path.
    ///
    /// - Parameter variables: What `$name` means.
    /// - Throws: ``Failure`` where a path that names one place finds nothing, or where the search costs too much.
    package func value(in input: JSON, variables: JSONObject = [:]) throws(Failure) -> JSON {
        let document: JSON
        switch path.root {
        case .data: document = input
        case .context: throw Failure(description: "A path that begins with $$ needs an execution")
        case .variable(let name):
            guard let value = variables[name] else { throw Failure(description: "The variable '\(name)' has no value") }
            document = value
        }
        let work = WorkBudget()
        let value: JSON
        do throws(PathMiss) {
            value = try path.value(in: document, work)
        } catch {
            throw Failure(description: error.reason)
        }
        if !path.isDefinite { work.spend(on: value) }
        guard !work.isUsedUp else { throw Failure(description: WorkBudget.reason) }
        return value
    }
}
