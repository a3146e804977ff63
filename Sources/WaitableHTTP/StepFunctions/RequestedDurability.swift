import RedisClient
import Synchronization

/// How safe the start of a call has to be, and how safe it is: the answer's body, which AWS has laid down, has no place for it.
final class RequestedDurability: Sendable {
    /// The request's header; `nil` for none.
    let header: String?
    private let state = Mutex<Durability?>(nil)

    init(header: String?) { self.header = header }

    /// What the start has reached; `nil` where it did not have to.
    var reached: Durability? {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}
