import JSONata

/// What an expression comes to: JSON, `undefined`, `function`, or the code of its error.
func evaluate(
    _ expression: String,
    _ input: String? = nil,
    bindings: JSONObject = [:],
    dialect: Dialect = .jsonata,
    budget: Budget = Budget(units: 1_000_000)
) -> String {
    do {
        let input = try input.map { try JSON(parsing: $0) }
        let expression = try Expression(parsing: expression, dialect: dialect)
        // 2017-11-07T15:12:37.121Z
        var environment = Environment(milliseconds: 1_510_067_557_121, random: Steps())
        switch try expression.outcome(input, bindings: bindings, environment: &environment, budget: budget) {
        case .undefined: return "undefined"
        case .function: return "function"
        case .value(let value): return value.text
        }
    } catch let error as JSONataError {
        return error.code
    } catch {
        return "\(error)"
    }
}

/// Numbers that are always the same.
struct Steps: RandomNumberGenerator {
    private var state: UInt64 = 0

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return state ^ state >> 29
    }
}
