import CodeUnits
import Synchronization
import Waitable

/// State machines of which an execution took long lately: in a batch, theirs come behind those of all others.
final class SlowMachines: Sendable {
    /// What is long for one execution, and what is not.
    private static let long = Duration.milliseconds(20)
    private static let short = Duration.milliseconds(5)
    /// Beyond so many names all are forgotten.
    private static let mostNames = 1_000

    private let names = Mutex<Set<Spelling>>([])

    /// The names, as of now.
    var current: Set<Spelling> { names.withLock { $0 } }

    /// Notes how long an execution took.
    ///
    /// - Parameter current: Names as of before; brought up to date.
    func note(_ member: ClaimedMember, took time: Duration, _ current: inout Set<Spelling>) {
        // Nearly always nothing was slow, and this was not.
        guard time > Self.long || !current.isEmpty && time < Self.short else { return }
        guard let name = Self.name(of: member) else { return }
        if time > Self.long {
            guard current.insert(name).inserted else { return }
            names.withLock { names in
                if names.count >= Self.mostNames { names.removeAll() }
                names.insert(name)
            }
        } else if current.remove(name) != nil {
            _ = names.withLock { $0.remove(name) }
        }
    }

    /// The name of a member's machine; `nil` where it names none.
    static func name(of member: ClaimedMember) -> Spelling? {
        ExecutionKey(member: member.member).map { Spelling($0.machine) }
    }
}
