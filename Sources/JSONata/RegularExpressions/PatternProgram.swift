/// The instructions that a regular expression is compiled to.
struct PatternProgram: Sendable {
    enum Instruction: Sendable {
        /// Goes past a code point of a set.
        case take(Int)
        /// Goes back before one.
        case takeBack(Int)
        /// Goes past as many as there are, or as few: the number tells loops and splits apart.
        case loop(Int, number: Int, isGreedy: Bool)
        case place(PatternPlace)
        /// Goes on at the first, and if that fails at the second.
        case split(Int, Int, number: Int)
        case jump(Int)
        /// Keeps the place as an end of a group.
        case save(Int)
        /// Forgets groups.
        case forget(Range<Int>)
        /// Fails where the place is still the one that was kept.
        case advanced(Int)
        /// Runs the instructions behind it up to an end, and goes on at a place where these match, or where they do not.
        case lookaround(next: Int, isNegated: Bool)
        case reference(Int, isBack: Bool)
        case end
    }

    private(set) var instructions: [Instruction] = []
    private(set) var sets: [CodePointSet] = []
    /// How many instructions have a choice.
    private(set) var choices = 0
    /// How many places are kept: two of each group, and where repetitions began.
    private(set) var slots: Int

    /// The most instructions.
    static let most = 10_000

    /// Compiles a part of at most ``most`` instructions.
    init(_ part: PatternPart, captures: Int) {
        slots = 2 * (captures + 1)
        append(part, isBack: false)
        append(.end)
    }

    private mutating func append(_ instruction: Instruction) { instructions.append(instruction) }

    private mutating func choice() -> Int {
        choices += 1
        return choices - 1
    }

    private mutating func index(of set: CodePointSet) -> Int {
        sets.append(set)
        return sets.count - 1
    }

    private mutating func append(_ part: PatternPart, isBack: Bool) {
        switch part {
        case .set(let set): append(isBack ? .takeBack(index(of: set)) : .take(index(of: set)))
        case .place(let place): append(Instruction.place(place))
        case .sequence(let parts): for part in isBack ? parts.reversed() : parts { append(part, isBack: isBack) }
        case .alternatives(let parts): append(parts, isBack: isBack)
        case .capture(let number, let part):
            append(.save(2 * number + (isBack ? 1 : 0)))
            append(part, isBack: isBack)
            append(.save(2 * number + (isBack ? 0 : 1)))
        case .repetition(let part, let least, let most, let isGreedy, let captures):
            appendRepetition(of: part, least, most, isGreedy, captures, isBack)
        case .lookaround(let part, let isAhead, let isNegated):
            let start = instructions.count
            append(.lookaround(next: 0, isNegated: isNegated))
            append(part, isBack: !isAhead)
            append(.end)
            instructions[start] = .lookaround(next: instructions.count, isNegated: isNegated)
        case .reference(let number): append(.reference(number, isBack: isBack))
        }
    }

    private mutating func append(_ parts: [PatternPart], isBack: Bool) {
        var jumps: [Int] = []
        for (index, part) in parts.enumerated() {
            guard index < parts.count - 1 else {
                append(part, isBack: isBack)
                break
            }
            let split = instructions.count
            append(.jump(0))
            append(part, isBack: isBack)
            jumps.append(instructions.count)
            append(.jump(0))
            instructions[split] = .split(split + 1, instructions.count, number: choice())
        }
        for jump in jumps { instructions[jump] = .jump(instructions.count) }
    }

    private mutating func appendRepetition(
        of part: PatternPart,
        _ least: Int,
        _ most: Int?,
        _ isGreedy: Bool,
        _ captures: Range<Int>,
        _ isBack: Bool
    ) {
        for _ in 0..<least {
            if !captures.isEmpty { append(.forget(captures)) }
            append(part, isBack: isBack)
        }
        guard let most else {
            if case .set(let set) = part, !isBack {
                let number = choice()
                // To begin at a place and to come to it are not the same where little is taken first.
                if !isGreedy { _ = choice() }
                return append(.loop(index(of: set), number: number, isGreedy: isGreedy))
            }
            let split = appendTurn(of: part, captures, isBack)
            append(.jump(split))
            return close(split, isGreedy)
        }
        var splits: [Int] = []
        for _ in least..<most { splits.append(appendTurn(of: part, captures, isBack)) }
        for split in splits { close(split, isGreedy) }
    }

    /// One turn of a repetition, behind the choice whether it is made.
    private mutating func appendTurn(
        of part: PatternPart,
        _ captures: Range<Int>,
        _ isBack: Bool
    ) -> Int {
        let split = instructions.count
        append(.jump(0))
        if !captures.isEmpty { append(.forget(captures)) }
        // A turn that matches nothing is none.
        let canBeEmpty = part.canBeEmpty
        let slot = slots
        if canBeEmpty {
            slots += 1
            append(.save(slot))
        }
        append(part, isBack: isBack)
        if canBeEmpty { append(.advanced(slot)) }
        return split
    }

    private mutating func close(_ split: Int, _ isGreedy: Bool) {
        let (body, exit) = (split + 1, instructions.count)
        instructions[split] =
            isGreedy
            ? .split(body, exit, number: choice()) : .split(exit, body, number: choice())
    }
}
