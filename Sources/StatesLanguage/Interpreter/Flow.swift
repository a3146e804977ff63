/// Where an execution stands: its tree of cursors, and how many events it has had. All that has to be kept between two
/// steps, beside the definition and the input.
public struct Flow: Sendable, Equatable {
    /// The id of the last event.
    public var lastEventID: Int
    /// When the execution times out; `nil` for never.
    public internal(set) var deadline: Instant?
    private var tree: Tree

    /// The cursors. A class, since executions are handed around with them.
    private final class Tree: Sendable {
        let root: Cursor

        init(root: Cursor) { self.root = root }
    }

    init(root: Cursor, lastEventID: Int, deadline: Instant?) {
        tree = Tree(root: root)
        self.lastEventID = lastEventID
        self.deadline = deadline
    }

    var root: Cursor {
        get { tree.root }
        set { tree = Tree(root: newValue) }
    }

    /// Whether an execution stands in the same place.
    public static func == (left: Flow, right: Flow) -> Bool {
        left.root == right.root && left.lastEventID == right.lastEventID && left.deadline == right.deadline
    }

    /// The earliest instant at which any line needs attention; `nil` where only answers of tasks move it on.
    public var wakeUp: Instant? {
        guard let wakeUp = root.wakeUp, let deadline else { return root.wakeUp ?? deadline }
        return min(wakeUp, deadline)
    }

    /// When a state was entered last, in any line.
    public var lastEntry: Instant { root.lastEntry }

    /// The state in which the execution's outermost line stands.
    public var state: String { root.state }

    /// The end of the wait that it stands in; `nil` where it stands in another state, or in branches.
    public var waitEnd: Instant? {
        if case .waiting(let end) = root.phase { end } else { nil }
    }

    /// The tasks that have no answer yet.
    public var pendingTasks: [PendingTask] { root.pendingTasks }

    /// Those of them that are asked after.
    public var followedTasks: [FollowedTask] { root.followedTasks }
}

/// A task that is asked after until it is done.
public struct FollowedTask: Sendable, Equatable {
    /// Its id.
    public let id: Int
    /// Its state's name.
    public let state: String
    /// How often the state was retried before.
    public let attempt: Int
    /// How it is asked after next, or is now.
    public let poll: TaskPoll

    /// Whether both are the same, their states by code units.
    public static func == (left: FollowedTask, right: FollowedTask) -> Bool {
        left.id == right.id && left.state == right.state && left.attempt == right.attempt && left.poll == right.poll
    }
}
