extension Signature {
    /// The arguments as the function is to get them: the input where the first one is missing, arrays where it wants such.
    func validate(
        _ arguments: [Value],
        input: Value,
        name: String?,
        _ budget: Budget
    ) throws(JSONataError) -> [Value] {
        let symbols = arguments.map(\.typeSymbol)
        if fitOneByOne(symbols) {
            var validated = arguments
            for (index, parameter) in parameters.enumerated() where parameter.isArray {
                validated[index] = try checked(arguments[index], symbols[index], parameter, index, name, budget)
            }
            return validated
        }
        guard let counts = match(symbols) else { throw mismatch(symbols, name) }
        var validated: [Value] = []
        validated.reserveCapacity(parameters.count)
        var index = 0
        for (parameter, count) in zip(parameters, counts) {
            if count == 0 {
                if parameter.takesContext {
                    guard parameter.types.contains(input.typeSymbol) else {
                        throw JSONataError(.t0411, token: name, fields: [("index", String(index + 1))])
                    }
                    validated.append(input)
                } else {
                    // As in jsonata-js, it takes the next argument all the same, though that is of no type of its own.
                    validated.append(index < arguments.count ? arguments[index] : .undefined)
                    index += 1
                }
                continue
            }
            for _ in 0..<count {
                let isThere = index < arguments.count
                let (argument, symbol) = isThere ? (arguments[index], symbols[index]) : (.undefined, Self.missing)
                validated.append(try checked(argument, symbol, parameter, index, name, budget))
                index += 1
            }
        }
        return validated
    }

    private func checked(
        _ argument: Value,
        _ symbol: UInt8,
        _ parameter: Parameter,
        _ index: Int,
        _ name: String?,
        _ budget: Budget
    ) throws(JSONataError) -> Value {
        guard parameter.isArray, symbol != Self.missing else { return argument }
        if let subtype = parameter.subtype, let first = subtype.first {
            if case .array(let array) = argument, !array.isRange { try budget.spend(array.count / 8) }
            guard has(argument, symbol, subtype, first) else {
                let type = Self.names[subtype] ?? String(decoding: subtype, as: UTF8.self)
                throw JSONataError(
                    .t0412,
                    token: name,
                    fields: [("index", String(index + 1)), ("type", JSON.string(type).text)]
                )
            }
        }
        if case .array = argument { return argument }
        return .array(ValueArray([argument], []))
    }

    private func has(_ argument: Value, _ symbol: UInt8, _ subtype: [UInt8], _ first: UInt8) -> Bool {
        guard case .array(let array) = argument else { return subtype == [symbol] }
        return array.isRange ? first == UInt8(ascii: "n") : array.allSatisfy { $0.typeSymbol == first }
    }

    private static let names: [[UInt8]: String] = [
        Array("a".utf8): "arrays", Array("b".utf8): "booleans", Array("f".utf8): "functions",
        Array("n".utf8): "numbers", Array("o".utf8): "objects", Array("s".utf8): "strings",
    ]

    /// Whether each parameter takes one argument, as in most calls: then there is nothing to search.
    private func fitOneByOne(_ symbols: [UInt8]) -> Bool {
        guard symbols.count == parameters.count else { return false }
        return zip(parameters, symbols).allSatisfy { !$0.repeats && $0.types.contains($1) }
    }

    /// How many arguments each parameter takes, as many as it can from left to right; `nil` where they do not fit.
    private func match(_ symbols: [UInt8], first: Int? = nil) -> [Int]? {
        let count = first ?? parameters.count
        var counts = Array(repeating: 0, count: count)
        var failed: Set<[Int]> = []
        func take(_ parameter: Int, _ index: Int) -> Bool {
            guard parameter < count else { return first != nil || index == symbols.count }
            guard !failed.contains([parameter, index]) else { return false }
            let (least, most) = parameters[parameter].counts
            var fitting = 0
            while fitting < most, index + fitting < symbols.count,
                parameters[parameter].types.contains(symbols[index + fitting])
            {
                fitting += 1
            }
            var number = fitting
            while number >= least {
                counts[parameter] = number
                if take(parameter + 1, index + number) { return true }
                number -= 1
            }
            failed.insert([parameter, index])
            return false
        }
        return take(0, 0) ? counts : nil
    }

    /// The error that names the first argument that does not fit.
    private func mismatch(_ symbols: [UInt8], _ name: String?) -> JSONataError {
        var good = 0
        for count in 0..<parameters.count {
            guard let counts = match(symbols, first: count + 1) else { break }
            good = counts.reduce(0, +)
        }
        return JSONataError(.t0410, token: name, fields: [("index", String(good + 1))])
    }
}

extension Signature.Parameter {
    /// The least and the most arguments that it takes.
    fileprivate var counts: (least: Int, most: Int) { (isOptional ? 0 : 1, repeats ? .max : 1) }
}
