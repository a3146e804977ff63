// What stands behind something: operators, calls, predicates.
extension Parser {
    /// Reads what an operator has on its right. It has been read itself.
    mutating func infix(_ symbol: Symbol, _ left: Syntax, _ position: Int) throws(JSONataError) -> Syntax {
        switch symbol {
        case .openParenthesis: return try call(left, position)
        case .openBracket: return try predicate(left, position)
        case .openBrace:
            let pairs = try pairs()
            return try node(.grouping(left, pairs), position, of: [left] + pairs.flatMap { [$0.key, $0.value] })
        case .caret: return try ordering(left, position)
        case .question: return try condition(left, position)
        case .elvis:
            let otherwise = try expression(0)
            return try node(.elvis(left, otherwise), position, left, otherwise)
        case .coalesce:
            let otherwise = try expression(0)
            return try node(.coalescing(left, otherwise), position, left, otherwise)
        case .bind:
            guard case .variable = left.kind else {
                throw JSONataError(.s0212, at: left.position, token: symbol.rawValue)
            }
            let right = try expression(symbol.bindingPower - 1)
            return try node(.bind(left, right), position, left, right)
        case .at, .hash:
            let right = try expression(symbol.bindingPower)
            guard case .variable = right.kind else {
                throw JSONataError(.s0214, at: right.position, token: symbol.rawValue)
            }
            return try node(symbol == .at ? .focusBinding(left, right) : .indexBinding(left, right), position, left)
        case .chain:
            let right = try expression(symbol.bindingPower)
            return try node(.apply(left, right), position, left, right)
        default:
            let right = try expression(symbol.bindingPower)
            return try node(.operation(symbol, left, right), position, left, right)
        }
    }

    private mutating func condition(_ left: Syntax, _ position: Int) throws(JSONataError) -> Syntax {
        let then = try expression(0)
        guard token.isSymbol(.colon) else {
            return try node(.condition(left, then: then, otherwise: nil), position, left, then)
        }
        try advance()
        let otherwise = try expression(0)
        return try node(.condition(left, then: then, otherwise: otherwise), position, left, then, otherwise)
    }

    private mutating func predicate(_ left: Syntax, _ position: Int) throws(JSONataError) -> Syntax {
        if token.isSymbol(.closeBracket) {
            var step = left
            while case .predicate(let inner, _) = step.kind { step = inner }
            step.keepsArray = true
            try advance(isInfix: true)
            return left
        }
        let right = try expression(0)
        try expect(.closeBracket, isInfix: true)
        return try node(.predicate(left, right), position, left, right)
    }

    private mutating func ordering(_ left: Syntax, _ position: Int) throws(JSONataError) -> Syntax {
        try expect(.openParenthesis)
        var terms: [Syntax.SortTerm] = []
        while true {
            let isDescending = token.isSymbol(.greater)
            if isDescending || token.isSymbol(.less) { try advance() }
            terms.append(Syntax.SortTerm(isDescending: isDescending, expression: try expression(0)))
            guard token.isSymbol(.comma) else { break }
            try advance()
        }
        try expect(.closeParenthesis, isInfix: true)
        return try node(.ordering(left, terms), position, of: [left] + terms.map(\.expression))
    }

    private mutating func call(_ left: Syntax, _ position: Int) throws(JSONataError) -> Syntax {
        var arguments: [Syntax] = []
        var isPartial = false
        if !token.isSymbol(.closeParenthesis) {
            while true {
                if token.isSymbol(.question) {
                    isPartial = true
                    arguments.append(Syntax(.symbol(.question), at: token.position))
                    try advance(isInfix: true)
                } else {
                    arguments.append(try expression(0))
                }
                guard token.isSymbol(.comma) else { break }
                try advance()
            }
        }
        try expect(.closeParenthesis, isInfix: true)
        if case .name(let name) = left.kind, name == "function" || name == "\u{3BB}" {
            return try lambda(arguments, position)
        }
        return try node(.call(left, arguments, isPartial: isPartial), position, of: [left] + arguments)
    }

    private mutating func lambda(_ arguments: [Syntax], _ position: Int) throws(JSONataError) -> Syntax {
        var parameters: [String] = []
        for (index, argument) in arguments.enumerated() {
            guard case .variable(let name) = argument.kind else {
                throw JSONataError(.s0208, at: argument.position, fields: [("value", String(index + 1))])
            }
            parameters.append(name)
        }
        let signature = token.isSymbol(.less) ? try signature() : nil
        try expect(.openBrace)
        let body = try expression(0)
        try expect(.closeBrace, isInfix: true)
        return try node(.lambda(parameters: parameters, signature: signature, body: body), position, body)
    }

    private mutating func signature() throws(JSONataError) -> Signature {
        let position = token.position
        var text = "<"
        var depth = 1
        while depth > 0, !token.isSymbol(.openBrace), !token.isEnd {
            try advance()
            if token.isSymbol(.greater) { depth -= 1 }
            if token.isSymbol(.less) { depth += 1 }
            text += token.text
        }
        try expect(.greater)
        return try Signature(text, at: position)
    }
}
