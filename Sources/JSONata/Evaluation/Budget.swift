import CodeUnits

/// What an evaluation may cost, counted while it goes on. Nothing here looks at a clock: the same evaluation made again
/// ends at the same place.
///
/// A unit is a value that is looked at or made, or 16 bytes of text. The limit bounds time and memory alike.
public final class Budget {
    /// The units that may be used.
    public let units: Int
    /// How deep expressions may go: of a call within a call and of a value within a value, each counts.
    public let depth: Int
    /// The units that were used.
    public private(set) var used = 0

    /// The programs of the regular expressions that were used, by these, which are kept as long.
    var programs: [ObjectIdentifier: (pattern: Pattern, program: PatternProgram)] = [:]

    /// The pictures of moments that were used, by their texts. Whoever uses one again pays for its bytes again.
    var pictures: [Spelling: DateTimePicture] = [:]

    static let bytesOfUnit = 16

    /// A budget for one evaluation, or for several of them together.
    public init(units: Int, depth: Int = Budget.usualDepth) {
        self.units = units
        self.depth = depth
    }

    /// A depth that a thread with a stack of 512 KB can bear.
    public static let usualDepth = 400

    /// Uses some units.
    @inline(__always)
    func spend(_ units: Int) throws(JSONataError) {
        used &+= units
        if used > self.units { throw exceeded }
    }

    /// Uses what some bytes of text cost.
    func spend(bytes: Int) throws(JSONataError) { try spend(1 + bytes / Self.bytesOfUnit) }

    private var exceeded: JSONataError {
        JSONataError(
            .u1001,
            message:
                "The expression needs more than \(units) units of work: one for each value that is looked at or made, "
                + "and one for each \(Self.bytesOfUnit) bytes of text. Check for a recursion without end"
        )
    }

    /// The error of what goes too deep.
    var tooDeep: JSONataError {
        JSONataError(
            .u1001,
            message: "The expression goes more than \(depth) levels deep. Check for a recursion without end, "
                + "or rewrite it so that the call is the last thing a function does"
        )
    }
}
