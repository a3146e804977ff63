import CodeUnits
import Synchronization
import Waitable

/// State machines of which an execution was much work lately: in a batch, theirs come behind those of all others.
///
/// Work is counted, not timed: on a busy machine everything takes long.
final class SlowMachines: Sendable {
    /// The units of work, about 20 ms, beyond which an execution is much work, and those, about 5 ms, below which it is not.
    private static let much = 40_000
    private static let little = 10_000
    /// Beyond so many names all are forgotten.
    private static let mostNames = 1_000

    private let names = Mutex<Set<Spelling>>([])

    /// The names, as of now.
    var current: Set<Spelling> { names.withLock { $0 } }

    /// Notes how much work an execution was.
    ///
    /// - Parameter current: Names as of before; brought up to date.
    func note(_ member: ClaimedMember, work: Int, _ current: inout Set<Spelling>) {
        // Nearly always nothing was slow, and this was not.
        guard work > Self.much || !current.isEmpty && work < Self.little else { return }
        guard let name = Self.name(of: member) else { return }
        if work > Self.much {
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
        member.key.map { Spelling($0.machine) }
    }
}
