/// An execution that a Map state in distributed mode asks for, for one of its items.
public struct MapItemRequest: Sendable, Equatable {
    /// Which item it is: unique among the tasks of the asking execution.
    public let id: Int
    /// What the map run is called after.
    public let label: String
    /// The execution's input.
    public let input: JSON
    /// Whether it is of the EXPRESS type.
    public let isExpress: Bool
    /// Whether its output is to be all that `DescribeExecution` tells of it.
    public let wantsDescription: Bool

    /// Ids of events, which tasks have, are far below.
    private static let first = most

    /// The most executions of a map run.
    static let most = 1_000_000

    /// The id of one of a map run's tasks.
    public static func id(of index: Int, in run: Int) -> Int { run * first + index }

    /// The map run that a task is of.
    public static func run(ofTask id: Int) -> Int { id / first }

    static func index(of id: Int, in run: Int) -> Int? { id / first == run ? id % first : nil }
}
