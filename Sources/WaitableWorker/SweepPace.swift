/// How long a sweeper rests between two steps through a backlog: nine times as long as the step before took, so that it takes
/// about a tenth of Redis; shorter and shorter while the backlog grows although it is at it. Then Redis is busy with others, and a
/// step mostly waits for its turn.
struct SweepPace {
    /// How many times as long as a step the rest is.
    private static let range = 0.1...9.0
    private var factor = Self.range.upperBound
    private var backlog: Int?

    /// The rest after a step.
    ///
    /// - Parameter backlog: How many are left to be looked at.
    mutating func rest(after step: Duration, backlog: Int) -> Duration {
        if let before = self.backlog {
            factor = backlog > before ? factor * 0.8 : factor * 1.05
            factor = min(max(factor, Self.range.lowerBound), Self.range.upperBound)
        }
        self.backlog = backlog
        return step * factor
    }
}
