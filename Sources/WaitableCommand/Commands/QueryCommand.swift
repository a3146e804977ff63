import ArgumentParser
import Foundation
import JSONata
import StatesLanguage

struct QueryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Tries an expression of JSONata, or a JSONPath; needs no Redis.",
        usage: "waitable query [<expression>] [<options>]",
        discussion: """
            Without --input the expression has no input. If it returns nothing, nothing
            is printed.

            With --ndjson, each line of standard input is {"expression", "input",
            "bindings"}, of which only the expression is required, and is answered by a
            line {"result"}, {} or {"error": {"code", "message"}}.

            Examples:
              waitable query '$sum(orders.price)' --input orders.json
              waitable query '$.orders[*].price' --input orders.json --language jsonpath
            """
    )

    enum Language: String, ExpressibleByArgument, CaseIterable { case jsonata, jsonpath }

    @Argument(help: "The expression.")
    var expression: String?
    @Option(name: .customLong("input"), help: "A file with JSON, or - for standard input.")
    var input: String?
    @Option(name: .customLong("language"), help: "jsonata or jsonpath.")
    var language = Language.jsonata
    @Flag(name: .customLong("ndjson"), help: "Answers each line of standard input by a line.")
    var ndjson = false

    func validate() throws {
        guard (expression == nil) == ndjson, !ndjson || input == nil else {
            throw ValidationError(
                ndjson ? "With --ndjson, the lines have the expressions and inputs." : "An expression is missing."
            )
        }
    }

    func run() async throws {
        if ndjson { return answerLines() }
        try await Exit.mapping {
            do throws(QueryFailure) {
                let query = try Query(parsing: expression ?? "", language)
                if let result = try query.value(try document(), bindings: [:]) { print(json: result) }
            } catch {
                Notice.say("\(error.code): \(error.message)")
                throw Exit.badInput
            }
        }
    }

    private func document() throws(QueryFailure) -> JSON? {
        guard let input else { return nil }
        let data =
            input == "-" ? try? FileHandle.standardInput.readToEnd() : FileManager.default.contents(atPath: input)
        guard let data else { throw QueryFailure(code: "input", message: "\(input) cannot be read") }
        return try QueryFailure.reading { () throws(JSONError) in try JSON(parsing: Array(data)) }
    }

    // MARK: Lines

    private func answerLines() {
        while let line = readLine() {
            print(json: answer(line))
            // Whoever asked may wait for it before the next question.
            fflush(nil)
        }
    }

    private func answer(_ line: String) -> JSON {
        do throws(QueryFailure) {
            let request = try QueryFailure.reading { () throws(JSONError) in try JSON(parsing: line) }
            guard let expression = request.objectValue?["expression"]?.stringValue else {
                throw QueryFailure(code: "input", message: "A line must be an object with a string 'expression'")
            }
            let query = try Query(parsing: expression, language)
            let bindings = request.objectValue?["bindings"]?.objectValue ?? [:]
            let result = try query.value(request.objectValue?["input"], bindings: bindings)
            return .object(result.map { ["result": $0] } ?? [:])
        } catch {
            return .object(["error": .object(["code": .string(error.code), "message": .string(error.message)])])
        }
    }
}

/// Why a query has no result.
private struct QueryFailure: Error {
    let code: String
    let message: String

    static func reading(_ read: () throws(JSONError) -> JSON) throws(QueryFailure) -> JSON {
        do throws(JSONError) {
            return try read()
        } catch {
            throw QueryFailure(code: "input", message: "\(error)")
        }
    }
}

/// An expression in one of the languages.
private enum Query {
    case jsonata(JSONata.Expression)
    case jsonPath(PathQuery)

    /// What one query may cost.
    private static let units = 4_000_000

    init(parsing text: String, _ language: QueryCommand.Language) throws(QueryFailure) {
        switch language {
        case .jsonata:
            do throws(JSONataError) {
                self = .jsonata(try JSONata.Expression(parsing: text))
            } catch {
                throw QueryFailure(code: error.code, message: error.message)
            }
        case .jsonpath:
            do throws(PathQuery.Failure) {
                self = .jsonPath(try PathQuery(parsing: text))
            } catch {
                throw QueryFailure(code: "path", message: error.description)
            }
        }
    }

    func value(_ input: JSON?, bindings: JSONObject) throws(QueryFailure) -> JSON? {
        switch self {
        case .jsonata(let expression):
            let now = Int64(Date.now.timeIntervalSince1970 * 1_000)
            var environment = Environment(milliseconds: now, random: SystemRandomNumberGenerator())
            do throws(JSONataError) {
                return try expression.evaluate(
                    input,
                    bindings: bindings,
                    environment: &environment,
                    budget: Budget(units: Self.units)
                )
            } catch {
                throw QueryFailure(code: error.code, message: error.message)
            }
        case .jsonPath(let path):
            do throws(PathQuery.Failure) {
                return try path.value(in: input ?? .null, variables: bindings)
            } catch {
                throw QueryFailure(code: "path", message: error.description)
            }
        }
    }
}
