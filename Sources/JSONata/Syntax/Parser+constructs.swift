// What begins with a sign of its own: blocks, arrays, objects, transformations.
extension Parser {
    mutating func block(_ position: Int) throws(JSONataError) -> Syntax {
        var parts: [Syntax] = []
        while !token.isSymbol(.closeParenthesis) {
            parts.append(try expression(0))
            guard token.isSymbol(.semicolon) else { break }
            try advance()
        }
        try expect(.closeParenthesis, isInfix: true)
        return try node(.block(parts), position, of: parts)
    }

    mutating func array(_ position: Int) throws(JSONataError) -> Syntax {
        var items: [Syntax] = []
        if !token.isSymbol(.closeBracket) {
            while true {
                var item = try expression(0)
                if token.isSymbol(.range) {
                    let rangePosition = token.position
                    try advance()
                    let end = try expression(0)
                    item = try node(.operation(.range, item, end), rangePosition, item, end)
                }
                items.append(item)
                guard token.isSymbol(.comma) else { break }
                try advance()
            }
        }
        try expect(.closeBracket, isInfix: true)
        return try node(.array(items), position, of: items)
    }

    /// The pairs of an object, whose opening brace has been read.
    mutating func pairs() throws(JSONataError) -> [(key: Syntax, value: Syntax)] {
        var pairs: [(key: Syntax, value: Syntax)] = []
        if !token.isSymbol(.closeBrace) {
            while true {
                let key = try expression(0)
                try expect(.colon)
                pairs.append((key, try expression(0)))
                guard token.isSymbol(.comma) else { break }
                try advance()
            }
        }
        try expect(.closeBrace, isInfix: true)
        return pairs
    }

    mutating func transform(_ position: Int) throws(JSONataError) -> Syntax {
        let pattern = try expression(0)
        try expect(.bar)
        let update = try expression(0)
        var deletion: Syntax?
        if token.isSymbol(.comma) {
            try advance()
            deletion = try expression(0)
        }
        try expect(.bar, isInfix: true)
        return try node(
            .transform(pattern: pattern, update: update, deletion: deletion),
            position,
            of: [pattern, update] + (deletion.map { [$0] } ?? [])
        )
    }
}
