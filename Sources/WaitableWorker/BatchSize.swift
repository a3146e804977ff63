/// How many executions the next claim asks for.
///
/// Few, where a worker keeps up: what comes first is committed first, and Redis has something to do while the rest is run.
/// Twice as many with each claim that got all it asked for, up to the configured most: what is late then needs throughput.
struct BatchSize: Equatable {
    /// The size of the next claim.
    private(set) var next: Int
    private let least: Int
    private let most: Int

    /// - Parameter most: The most executions in one claim.
    init(most: Int) {
        self.most = most
        least = min(128, most)
        next = least
    }

    /// Takes note of how many executions a claim got.
    ///
    /// - Returns: Whether it got all that it asked for, and there are probably more.
    mutating func claimed(_ count: Int) -> Bool {
        guard count >= next else {
            next = least
            return false
        }
        next = min(2 * next, most)
        return true
    }
}
