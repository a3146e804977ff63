/// The instructions that a regular expression is compiled to.
struct RegularExpressionProgram {
    /// A part of an expression.
    indirect enum Part: Sendable, Equatable {
        case set(ScalarSet)
        case look(RegularExpression.Place)
        case sequence([Part])
        case any([Part])
        /// - Parameter most: `nil` for any number.
        case repeated(Part, least: Int, most: Int?)

        /// How many parts its instructions have: each may be looked at for each code point of a text. No more than
        /// ``RegularExpressionProgram/most`` and one is told.
        var size: Int {
            let size =
                switch self {
                case .set(let set): set.size
                case .look: 1
                case .sequence(let parts): parts.reduce(0) { $0 + $1.size }
                case .any(let parts): parts.reduce(2 * (parts.count - 1)) { $0 + $1.size }
                case .repeated(let part, let least, let most): Self.size(of: part.size, least: least, most: most)
                }
            return min(size, RegularExpressionProgram.most + 1)
        }

        private static func size(of part: Int, least: Int, most: Int?) -> Int {
            // What is nothing once is nothing as often as it is asked for.
            if part == 0, least > 0 { return 0 }
            return least * part + (most.map { ($0 - least) * (part + 1) } ?? part + 2)
        }
    }

    private(set) var instructions: [RegularExpression.Instruction] = []

    /// The most parts.
    static let most = 2_000

    /// The program of an expression whose size is within the limit.
    init(_ part: Part) {
        append(part)
        append(.end)
    }

    private mutating func append(_ part: Part) {
        switch part {
        case .set(let set): append(RegularExpression.Instruction.take(set))
        case .look(let place): append(RegularExpression.Instruction.look(place))
        case .sequence(let parts): for part in parts { append(part) }
        case .any(let parts): append(parts[...])
        case .repeated(let part, let least, let most):
            let start = instructions.count
            for _ in 0..<least {
                append(part)
                // What is nothing once is nothing as often as it is asked for.
                if instructions.count == start { return }
            }
            guard let most else { return appendLoop(part) }
            var splits: [Int] = []
            for _ in least..<most {
                splits.append(instructions.count)
                append(.jump(0))
                append(part)
            }
            for split in splits { instructions[split] = .split(split + 1, instructions.count) }
        }
    }

    private mutating func append(_ alternatives: ArraySlice<Part>) {
        var jumps: [Int] = []
        for (index, part) in zip(alternatives.indices, alternatives) {
            guard index < alternatives.endIndex - 1 else {
                append(part)
                break
            }
            let split = instructions.count
            append(.jump(0))
            append(part)
            jumps.append(instructions.count)
            append(.jump(0))
            instructions[split] = .split(split + 1, instructions.count)
        }
        for jump in jumps { instructions[jump] = .jump(instructions.count) }
    }

    private mutating func appendLoop(_ part: Part) {
        let split = instructions.count
        append(.jump(0))
        append(part)
        append(.jump(split))
        instructions[split] = .split(split + 1, instructions.count)
    }

    private mutating func append(_ instruction: RegularExpression.Instruction) { instructions.append(instruction) }
}
