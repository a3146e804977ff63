/// A regular expression of a filter, written as in Java.
///
/// It is matched by following all ways at once, so no text takes longer than the product of both lengths. What cannot be
/// matched so (references to groups, looks ahead and behind, possessive quantifiers) is refused.
struct RegularExpression: Sendable, Equatable {
    /// A step of the matching.
    enum Instruction: Sendable, Equatable {
        /// Goes on behind a code point of a set.
        case take(ScalarSet)
        /// Goes on where a place has what is asked for.
        case look(Place)
        /// Goes on at both.
        case split(Int, Int)
        case jump(Int)
        case end
    }

    /// What a place in the text can have.
    enum Place: Sendable, Equatable {
        case start
        case end
        case wordBoundary
        case noWordBoundary
    }

    /// What it is compiled from, each time it is used: a short text can have a large program.
    private let part: RegularExpressionProgram.Part
    /// Whether ASCII letters match in both cases.
    private let ignoresCase: Bool
    /// What it costs to look at a code point.
    private let cost: Int

    /// Compiles an expression.
    ///
    /// - Parameter flags: `i`: letters of ASCII match in both cases; `s`: a dot is any code point.
    /// - Throws: ``PathError`` with the reason as the rest of a sentence.
    init(_ pattern: [Unicode.Scalar], flags: [Unicode.Scalar]) throws(PathError) {
        for flag in flags where flag != "i" && flag != "s" {
            throw PathError(reason: "has a regular expression with the flag '\(flag)', which is not supported")
        }
        var parser = RegularExpressionParser(pattern, dotIsAll: flags.contains("s"))
        part = try parser.parse()
        let size = part.size
        guard size <= RegularExpressionProgram.most else {
            throw PathError(reason: "has a regular expression with more than \(RegularExpressionProgram.most) parts")
        }
        ignoresCase = flags.contains("i")
        cost = 1 + size / 16
    }

    /// Whether the whole text matches.
    ///
    /// - Parameter work: What it costs. Where that is used up, the answer is not to be used.
    func matches(_ text: String, _ work: WorkBudget) -> Bool {
        // To compile it, and to follow what is there before the first code point: that is all there is of an empty text.
        guard work.spend(bytes: 4 * text.utf8.count), work.spend(2 * cost) else { return false }
        let instructions = RegularExpressionProgram(part).instructions
        let scalars = Array(text.unicodeScalars)
        var current = Threads(count: instructions.count)
        var next = current
        follow(0, in: instructions, at: 0, of: scalars, &current)
        for position in scalars.indices {
            guard !current.list.isEmpty, work.spend(cost) else { return false }
            next.removeAll()
            for index in current.list {
                guard case .take(let set) = instructions[index],
                    set.contains(scalars[position], ignoringCase: ignoresCase)
                else { continue }
                follow(index + 1, in: instructions, at: position + 1, of: scalars, &next)
            }
            swap(&current, &next)
        }
        return current.list.contains { instructions[$0] == .end }
    }

    /// Adds an instruction, and all that are reached from it without taking anything.
    private func follow(
        _ first: Int,
        in instructions: [Instruction],
        at position: Int,
        of scalars: [Unicode.Scalar],
        _ threads: inout Threads
    ) {
        var open = [first]
        while let index = open.popLast() {
            guard threads.insert(index) else { continue }
            switch instructions[index] {
            case .take, .end: threads.list.append(index)
            case .jump(let target): open.append(target)
            case .split(let one, let other): open += [other, one]
            case .look(let place): if has(place, at: position, of: scalars) { open.append(index + 1) }
            }
        }
    }

    private func has(_ place: Place, at position: Int, of scalars: [Unicode.Scalar]) -> Bool {
        func isWord(_ position: Int) -> Bool {
            scalars.indices.contains(position) && ScalarSet.word.contains(scalars[position], ignoringCase: false)
        }
        return switch place {
        case .start: position == 0
        case .end: position == scalars.count
        case .wordBoundary: isWord(position - 1) != isWord(position)
        case .noWordBoundary: isWord(position - 1) == isWord(position)
        }
    }

    /// The instructions that the matching stands at.
    private struct Threads {
        /// Those that take something, or end.
        var list: [Int] = []
        private var isKnown: [Bool]
        private var known: [Int] = []

        init(count: Int) { isKnown = Array(repeating: false, count: count) }

        /// Whether an instruction was not there.
        mutating func insert(_ index: Int) -> Bool {
            guard !isKnown[index] else { return false }
            isKnown[index] = true
            known.append(index)
            return true
        }

        mutating func removeAll() {
            for index in known { isKnown[index] = false }
            known.removeAll(keepingCapacity: true)
            list.removeAll(keepingCapacity: true)
        }
    }
}
