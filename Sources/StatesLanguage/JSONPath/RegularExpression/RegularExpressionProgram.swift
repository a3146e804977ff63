/// The instructions that a regular expression is compiled to.
struct RegularExpressionProgram {
    /// A part of an expression.
    indirect enum Part {
        case set(ScalarSet)
        case look(RegularExpression.Place)
        case sequence([Part])
        case any([Part])
        /// - Parameter most: `nil` for any number.
        case repeated(Part, least: Int, most: Int?)
    }

    private(set) var instructions: [RegularExpression.Instruction] = []
    /// How many parts the instructions have: each may be looked at for each code point of a text.
    private(set) var size = 0

    /// The most parts.
    private static let most = 2_000

    /// Adds a part.
    ///
    /// - Throws: ``PathError`` where it has too many instructions.
    mutating func append(_ part: Part) throws(PathError) {
        switch part {
        case .set(let set): try append(RegularExpression.Instruction.take(set))
        case .look(let place): try append(RegularExpression.Instruction.look(place))
        case .sequence(let parts): for part in parts { try append(part) }
        case .any(let parts): try append(parts[...])
        case .repeated(let part, let least, let most):
            let start = instructions.count
            for _ in 0..<least {
                try append(part)
                // What is nothing once is nothing as often as it is asked for.
                if instructions.count == start { return }
            }
            guard let most else { return try appendLoop(part) }
            var splits: [Int] = []
            for _ in least..<most {
                splits.append(instructions.count)
                try append(.jump(0))
                try append(part)
            }
            for split in splits { instructions[split] = .split(split + 1, instructions.count) }
        }
    }

    private mutating func append(_ alternatives: ArraySlice<Part>) throws(PathError) {
        var jumps: [Int] = []
        for (index, part) in zip(alternatives.indices, alternatives) {
            guard index < alternatives.endIndex - 1 else {
                try append(part)
                break
            }
            let split = instructions.count
            try append(.jump(0))
            try append(part)
            jumps.append(instructions.count)
            try append(.jump(0))
            instructions[split] = .split(split + 1, instructions.count)
        }
        for jump in jumps { instructions[jump] = .jump(instructions.count) }
    }

    private mutating func appendLoop(_ part: Part) throws(PathError) {
        let split = instructions.count
        try append(.jump(0))
        try append(part)
        try append(.jump(split))
        instructions[split] = .split(split + 1, instructions.count)
    }

    private mutating func append(_ instruction: RegularExpression.Instruction) throws(PathError) {
        if case .take(let set) = instruction { size += set.size } else { size += 1 }
        guard size <= Self.most else {
            throw PathError(reason: "has a regular expression with more than \(Self.most) parts")
        }
        instructions.append(instruction)
    }
}
