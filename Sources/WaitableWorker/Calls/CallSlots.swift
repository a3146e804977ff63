import StatesLanguage
import Synchronization
import Waitable

/// The room for a worker's calls. A destination may have twice as many calls as there is room left: one that is slow takes
/// two thirds at most, two take two fifths each, and there is always room for the next.
final class CallSlots: Sendable {
    private struct State {
        var used = 0
        var usedByDestination: [OutsideCall.Destination: Int] = [:]

        mutating func take(_ calls: [OutsideCall]) {
            used += calls.count
            for call in calls { usedByDestination[call.destination, default: 0] += 1 }
        }

        mutating func giveBack(_ calls: [OutsideCall]) {
            used -= calls.count
            for call in calls {
                let rest = usedByDestination[call.destination, default: 0] - 1
                usedByDestination[call.destination] = rest > 0 ? rest : nil
            }
        }
    }

    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: The most calls at once.
    init(limit: Int) { self.limit = limit }

    /// Takes room for a step's calls where each of their destinations has room for one more: a step makes its calls
    /// together, also where they are more than the limit.
    ///
    /// - Returns: Whether there was room.
    func reserve(_ calls: [OutsideCall]) -> Bool {
        state.withLock { state in
            let hasRoom = calls.allSatisfy { call in
                state.usedByDestination[call.destination, default: 0] < 2 * (limit - state.used)
            }
            if hasRoom { state.take(calls) }
            return hasRoom
        }
    }

    /// Takes room for calls, also where there is none.
    func take(_ calls: [OutsideCall]) { state.withLock { $0.take(calls) } }

    /// Gives the room of calls back.
    func giveBack(_ calls: [OutsideCall]) { state.withLock { $0.giveBack(calls) } }
}

extension OutsideCall {
    /// Whom a call keeps busy.
    enum Destination: Hashable {
        case function(Spelling)
        case host(Spelling)
    }

    /// The function by its name, or the host of an URL.
    var destination: Destination {
        switch target {
        case .function(let name, _, _): .function(Spelling(FunctionName(reference: name)?.text ?? name))
        case .http(let parameters):
            .host(Spelling(CallURL(parameters["ApiEndpoint"]?.stringValue ?? "")?.authority.host.text ?? ""))
        }
    }
}
