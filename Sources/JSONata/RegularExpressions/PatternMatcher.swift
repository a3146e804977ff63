/// Looks for a regular expression in a text, by trying its ways one after another.
struct PatternMatcher {
    private let program: PatternProgram
    private let pattern: Pattern
    let text: [UInt32]
    private let budget: Budget
    /// One bit for each choice at each place: it was tried, and failed. Empty where a choice may be tried again.
    private var tried: [UInt64]
    private var marked: [UInt32] = []
    /// The places that are kept.
    private(set) var slots: [Int]
    private var ways: [Way] = []
    private var steps = 0

    /// The most ways that were open at once: they are paid for by the room that they take.
    private var mostWays = 0

    /// What is left to be done where a way fails.
    private enum Way {
        case resume(Int32, at: Int32)
        case restore(slot: Int32, Int32)
        /// A loop that took as much as it could gives one back, and goes on at an instruction.
        case shrink(Int32, at: Int32, least: Int32)
        /// A loop that took as little as it could takes one more.
        case grow(Int32, at: Int32)
    }

    init(_ pattern: Pattern, _ text: String, _ budget: Budget) throws(JSONataError) {
        try budget.spend(bytes: 2 * text.utf8.count)
        self.pattern = pattern
        program = try pattern.program(budget)
        self.text = text.unicodeScalars.map(\.value)
        self.budget = budget
        slots = Array(repeating: -1, count: program.slots)
        let words = pattern.hasReference ? 0 : (program.choices * (self.text.count + 1) + 63) / 64
        try budget.spend(bytes: 8 * words)
        tried = Array(repeating: 0, count: words)
    }

    /// Finds the first match from a place on. Where it is, the slots say.
    mutating func find(from start: Int) throws(JSONataError) -> Bool {
        var start = start
        while start <= text.count {
            if let first = pattern.first {
                while start < text.count, !first.contains(text[start]) {
                    start += 1
                    try count()
                }
                if start == text.count { return false }
            }
            for slot in slots.indices { slots[slot] = -1 }
            if let end = try run(0, start) {
                slots[0] = start
                slots[1] = end
                forgetTried(from: 0)
                ways.removeAll(keepingCapacity: true)
                return true
            }
            start += 1
        }
        return false
    }

    private mutating func count() throws(JSONataError) {
        steps += 1
        if steps & 3 == 0 { try budget.spend(1) }
    }

    private mutating func open(_ way: Way) throws(JSONataError) {
        ways.append(way)
        if ways.count > mostWays {
            mostWays = ways.count
            try budget.spend(1)
        }
    }

    /// Whether a choice is new at a place.
    private mutating func isNew(_ number: Int, _ position: Int) throws(JSONataError) -> Bool {
        try count()
        if tried.isEmpty { return true }
        let bit = position * program.choices + number
        guard tried[bit >> 6] >> UInt64(bit & 63) & 1 == 0 else { return false }
        tried[bit >> 6] |= 1 << UInt64(bit & 63)
        marked.append(UInt32(bit))
        return true
    }

    private mutating func forgetTried(from count: Int) {
        for bit in marked[count...] { tried[Int(bit >> 6)] &= ~(1 << UInt64(bit & 63)) }
        marked.removeLast(marked.count - count)
    }

    private mutating func save(_ slot: Int, _ position: Int) throws(JSONataError) {
        try open(.restore(slot: Int32(slot), Int32(slots[slot])))
        slots[slot] = position
    }

    /// Runs the instructions from one on, up to an end.
    ///
    /// - Returns: Where the match ends; `nil` where there is none, and the slots are as they were.
    private mutating func run(_ first: Int, _ start: Int) throws(JSONataError) -> Int? {
        let base = ways.count
        var (index, position) = (first, start)
        while true {
            try count()
            switch try step(&index, &position) {
            case .on: continue
            case .end:
                // What led here is settled, but for what a failure further on has to restore.
                let restored = ways[base...].filter { if case .restore = $0 { true } else { false } }
                ways.replaceSubrange(base..., with: restored)
                return position
            case .failed:
                guard try back(to: base, &index, &position) else { return nil }
            }
        }
    }

    private enum Step {
        case on
        case end
        case failed
    }

    private mutating func step(_ index: inout Int, _ position: inout Int) throws(JSONataError) -> Step {
        switch program.instructions[index] {
        case .take(let set):
            guard position < text.count, program.sets[set].contains(text[position]) else { return .failed }
            position += 1
        case .takeBack(let set):
            guard position > 0, program.sets[set].contains(text[position - 1]) else { return .failed }
            position -= 1
        case .loop(let set, let number, let isGreedy):
            guard try isNew(number, position) else { return .failed }
            if !isGreedy {
                try open(.grow(Int32(index + 1), at: Int32(position)))
            } else {
                let start = position
                while position < text.count, program.sets[set].contains(text[position]),
                    try isNew(number, position + 1)
                {
                    position += 1
                }
                if position > start {
                    try open(.shrink(Int32(index + 1), at: Int32(position), least: Int32(start)))
                }
            }
        case .place(let place): guard has(place, position) else { return .failed }
        case .split(let one, let other, let number):
            guard try isNew(number, position) else { return .failed }
            try open(.resume(Int32(other), at: Int32(position)))
            index = one
            return .on
        case .jump(let target):
            index = target
            return .on
        case .save(let slot): try save(slot, position)
        case .forget(let captures):
            for capture in captures {
                for slot in [2 * capture + 2, 2 * capture + 3] where slots[slot] >= 0 { try save(slot, -1) }
            }
        case .advanced(let slot): guard slots[slot] != position else { return .failed }
        case .lookaround(let next, let isNegated):
            guard try looks(index + 1, position) != isNegated else { return .failed }
            index = next
            return .on
        case .reference(let number, let isBack): guard try repeats(number, isBack, &position) else { return .failed }
        case .end: return .end
        }
        index += 1
        return .on
    }

    /// Goes back to the last choice that is left.
    private mutating func back(to base: Int, _ index: inout Int, _ position: inout Int) throws(JSONataError) -> Bool {
        while ways.count > base, let way = ways.popLast() {
            switch way {
            case .restore(let slot, let value): slots[Int(slot)] = Int(value)
            case .resume(let next, let place):
                (index, position) = (Int(next), Int(place))
                return true
            case .shrink(let next, let place, let least):
                (index, position) = (Int(next), Int(place) - 1)
                if position > Int(least) { try open(.shrink(next, at: place - 1, least: least)) }
                return true
            case .grow(let next, let place):
                let place = Int(place)
                guard case .loop(let set, let number, _) = program.instructions[Int(next) - 1], place < text.count,
                    program.sets[set].contains(text[place]), try isNew(number + 1, place + 1)
                else { continue }
                (index, position) = (Int(next), place + 1)
                try open(.grow(next, at: Int32(place + 1)))
                return true
            }
        }
        return false
    }

    // MARK: What takes nothing

    private mutating func looks(_ first: Int, _ position: Int) throws(JSONataError) -> Bool {
        let count = marked.count
        guard try run(first, position) != nil else { return false }
        // What led to a match is no failure.
        forgetTried(from: count)
        return true
    }

    private mutating func repeats(_ number: Int, _ isBack: Bool, _ position: inout Int) throws(JSONataError) -> Bool {
        let (start, end) = (slots[2 * number], slots[2 * number + 1])
        guard start >= 0, end >= start else { return true }
        let length = end - start
        let place = isBack ? position - length : position
        guard place >= 0, place + length <= text.count else { return false }
        for offset in 0..<length {
            try count()
            let (one, two) = (text[start + offset], text[place + offset])
            guard pattern.ignoresCase ? CaseFolding.isSame(one, two) : one == two else { return false }
        }
        position = isBack ? place : place + length
        return true
    }

    private func has(_ place: PatternPlace, _ position: Int) -> Bool {
        func isWord(_ position: Int) -> Bool {
            text.indices.contains(position) && CodePointSet.word.contains(text[position])
        }
        return switch place {
        case .start: position == 0
        case .end: position == text.count
        case .lineStart: position == 0 || CodePointSet.lineEnd.contains(text[position - 1])
        case .lineEnd: position == text.count || CodePointSet.lineEnd.contains(text[position])
        case .wordBoundary: isWord(position - 1) != isWord(position)
        case .noWordBoundary: isWord(position - 1) == isWord(position)
        }
    }
}
