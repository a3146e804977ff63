/// How large a cursor's stored form is, with its branches.
extension Cursor {
    /// What its numbers and the names of its members have at the most.
    private static let frame = 160

    /// Takes the most that the stored form can have off a budget; `false` where that is too much.
    func fits(into budget: inout Int) -> Bool {
        budget -= Self.frame + state.utf8.count * 6 + retries.count * 20
        if let input, !input.fits(into: &budget) { return false }
        if let variables, !JSON.object(variables).fits(into: &budget) { return false }
        if case .task(let task) = phase { budget -= task.poll?.size ?? 0 }
        guard case .branches(let branches) = phase else { return budget >= 0 }
        if let input = branches.input, !input.fits(into: &budget) { return false }
        if let stream = branches.stream, !stream.json.fits(into: &budget) { return false }
        for branch in branches.begun {
            budget -= 5
            switch branch {
            case .open(let cursor): guard cursor.fits(into: &budget) else { return false }
            case .ended(let output): if let output, !output.fits(into: &budget) { return false }
            case .failed: break
            }
        }
        return budget >= 0
    }

    /// How many bytes the stored form has, at the most; any number above the limit where it has more.
    func size(upTo limit: Int) -> Int {
        var size = Self.frame + state.utf8.count * 6 + retries.count * 20
        size += input?.textSize(upTo: limit) ?? 0
        size += variables.map { JSON.object($0).textSize(upTo: limit) } ?? 0
        if case .task(let task) = phase { size += task.poll?.size ?? 0 }
        guard case .branches(let branches) = phase else { return size }
        size += branches.input?.textSize(upTo: limit) ?? 0
        size += branches.stream?.json.textSize(upTo: limit) ?? 0
        for branch in branches.begun where size <= limit {
            size += 5
            switch branch {
            case .open(let cursor): size += cursor.size(upTo: limit - size)
            case .ended(let output): size += output?.textSize(upTo: limit - size) ?? 0
            case .failed: break
            }
        }
        return size
    }
}
