import JSONata
import Testing

/// What an expression knows of the world, and what it tells of its end.
struct EnvironmentTests {
    @Test(arguments: [
        ("$millis()", "1510067557121"),
        ("$now()", #""2017-11-07T15:12:37.121Z""#),
        (#"$now("[Y0001]")"#, #""2017""#),
        ("$now() = $now()", "true"),
        ("$random() >= 0 and $random() < 1", "true"),
        ("$random() = $random()", "false"),
        ("$sort($shuffle([1..9])) = [1..9]", "true"),
        (#"$toMillis("13:45", "[H]:[m]")"#, "1510062300000"),
    ])
    func theWorldIsTheSteps(_ expression: String, _ result: String) {
        #expect(evaluate(expression) == result)
        #expect(evaluate(expression) == result, "the same step made again")
    }

    @Test func randomNumbersGoOnFromOneExpressionToTheNext() throws {
        let expression = try Expression(parsing: "$random()")
        var environment = Environment(milliseconds: 0, random: Steps())
        let one = try expression.evaluate(nil, environment: &environment, budget: Budget(units: 100))
        let two = try expression.evaluate(nil, environment: &environment, budget: Budget(units: 100))
        #expect(one != two)
    }

    @Test func variablesAreGiven() {
        let bindings: JSONObject = [
            "states": .object(["input": .array([.integer(1), .integer(2)])]), "name": .string("é"),
        ]
        #expect(evaluate("$sum($states.input)", bindings: bindings) == "3")
        #expect(evaluate("$states.input[1]", bindings: bindings) == "2")
        #expect(evaluate("$name = 'e\u{301}'", bindings: bindings) == "false")
        #expect(evaluate("($name := 1; $name)", bindings: bindings) == "1")
        #expect(evaluate("$other", bindings: bindings) == "undefined")
    }

    @Test func oneExpressionLeavesNoVariableForTheNext() throws {
        let expression = try Expression(parsing: "($before := $x; $x := 1; $before)")
        for _ in 0..<2 {
            var environment = Environment(milliseconds: 0, random: Steps())
            #expect(try expression.outcome(nil, environment: &environment, budget: Budget(units: 100)) == .undefined)
        }
    }

    @Test(arguments: [
        ("1 + 'a'", "T2002", "The right side of the \"+\" operator must evaluate to a number", 2),
        ("(1; $sum('a'))", "T0412", "Argument 1 of function \"sum\" must be an array of \"numbers\"", 8),
        ("$error('gone')", "D3137", "gone", 6),
        ("foo(1)", "T1006", "Attempted to invoke a non-function", 3),
        ("sum([1])", "T1005", "Attempted to invoke a non-function. Did you mean $sum?", 3),
        ("[1, 2", "S0203", "Expected \"]\" before end of expression", 5),
        ("'a' < 1", "T2009", "The values \"a\" and 1 either side of operator \"<\" must be of the same data type", 4),
    ])
    func errorsSayWhatAndWhere(_ text: String, _ code: String, _ message: String, _ position: Int) throws {
        let error = #expect(throws: JSONataError.self) {
            var environment = Environment(milliseconds: 0, random: Steps())
            _ = try Expression(parsing: text).evaluate(nil, environment: &environment, budget: Budget(units: 1_000))
        }
        #expect(error?.code == code)
        #expect(error?.message == message)
        #expect(error?.position == position)
        #expect(error?.isLimit == false)
    }

    @Test func theBudgetIsSpentWhereAnEvaluationFails() throws {
        let budget = Budget(units: 50)
        #expect(evaluate("$sum($map([1..100], function($x){ $x }))", budget: budget) == "U1001")
        #expect(budget.used > 50)
        #expect(evaluate("1", budget: budget) == "U1001", "nothing is left")
    }

    @Test func numbersAreThoseOfJavaScript() {
        #expect(evaluate("a", #"{"a": 9007199254740993}"#) == "9007199254740992")
        #expect(evaluate("1e400/1") == "S0102")
        #expect(evaluate("1e300 * 1e300") == "D1001")
        #expect(evaluate("$string(1e21)") == #""1e+21""#)
        #expect(evaluate("$string(0.1 + 0.2)") == #""0.3""#)
        #expect(evaluate("0.1 + 0.2") == "0.30000000000000004")
        #expect(evaluate("5 / 2 * 2") == "5")
    }
}
