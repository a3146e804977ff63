/// What a step may cost, counted while its data is looked at and made. Neither a definition nor data can hold up the
/// process that runs them, or fill it.
///
/// A unit is a value looked at or made, or 16 bytes of text. Nothing here looks at a clock: the same step made again ends
/// at the same place.
final class WorkBudget {
    /// What a state may use. One that needs more fails.
    static let unitsOfState = 1_000_000
    /// A step that has used as much goes no further than it has to: the execution is due again at once, for the next step.
    static let unitsOfStep = 250_000
    /// What a task costs that the commit carries out: a step asks for five of them, so that no commit is long.
    static let unitsOfRequest = 50_000

    private static let bytesOfUnit = 16

    private let mostOfState: Int
    private let mostOfStep: Int

    /// The units that were used.
    private(set) var used = 0
    /// What was used before the state that is being run.
    private var before = 0

    /// The usual budget of a step, or a smaller one.
    init(most: Int = .max) {
        mostOfState = min(Self.unitsOfState, most)
        mostOfStep = min(Self.unitsOfStep, most)
    }

    /// Whether the step may do more than it has to.
    var hasRoom: Bool { used < mostOfStep }

    /// Whether the state needs more than it may use. What was evaluated since is not to be used.
    var isUsedUp: Bool { used - before > mostOfState }

    /// The units that the state may still use.
    var unitsLeft: Int { max(0, mostOfState - used + before) }

    /// Begins with another state, or with the same one anew.
    func beginState() { before = used }

    /// Uses some units.
    ///
    /// - Returns: Whether the state may go on.
    @discardableResult
    func spend(_ units: Int) -> Bool {
        used += units
        return !isUsedUp
    }

    /// Uses what some bytes of text cost.
    @discardableResult
    func spend(bytes: Int) -> Bool { spend(bytes / Self.bytesOfUnit) }

    /// Uses what a value costs by its size. It is measured no further than the state may go.
    @discardableResult
    func spend(on value: JSON) -> Bool { spend(bytes: value.weight(upTo: bytesLeft)) }

    /// Uses what it costs to write a value's text.
    @discardableResult
    func spend(writing value: JSON) -> Bool { spend(on: value) && spend(bytes: value.textSize(upTo: bytesLeft)) }

    /// Uses what it costs to tell whether two values are the same.
    @discardableResult
    func spend(comparing one: JSON, with two: JSON) -> Bool {
        spend(bytes: one.weight(comparedWith: two, upTo: bytesLeft))
    }

    /// The bytes of text that the state may still look at or make, and one unit more.
    var bytesLeft: Int { max(0, (mostOfState - used + before + 1) * Self.bytesOfUnit) }

    /// The failure of a state that needs more than it may use.
    static let reason =
        "The state needs more than \(unitsOfState) units of work: one for each value that is looked at or made, and one "
        + "for each \(bytesOfUnit) bytes of text."
}

extension DataScope {
    /// Fails where the state needs more than it may use.
    func checkWork() throws(StateFailure) {
        if work.isUsedUp { throw runtimeError(WorkBudget.reason) }
    }
}
