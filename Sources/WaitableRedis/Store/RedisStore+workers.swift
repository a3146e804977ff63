import RedisClient
import StatesLanguage
import Waitable

extension RedisStore {
    /// Leaves a worker's report, in place of its last one.
    ///
    /// - Parameter life: After how many ms without another report the worker counts as gone.
    package func report(_ report: WorkerReport, life: Int) async throws(StoreError) {
        _ = try await call("waitable_report", FunctionArguments(report.name, String(life), report.json.text))
    }

    /// Leaves a worker's report, in place of its last one, and asks who is at work.
    ///
    /// - Returns: The names of the workers that have reported themselves lately.
    package func reportToFleet(_ report: WorkerReport, life: Int) async throws(StoreError) -> [String] {
        let arguments = FunctionArguments(report.name, String(life), report.json.text, "names")
        let reply = try await call("waitable_report", arguments)
        guard let names = reply.array else { throw .unexpectedReply(function: "waitable_report", reply: "\(reply)") }
        return names.compactMap(\.string)
    }

    /// Takes a worker's report away: it leaves.
    package func leave(worker: String) async throws(StoreError) {
        _ = try await call("waitable_report", FunctionArguments(worker, "0"))
    }

    /// The names of the workers that are at work: that have reported themselves lately.
    package func workerNames() async throws(StoreError) -> [String] {
        let now = try await self.now().milliseconds
        let names = try await send(RedisCommand("ZRANGE", keys.workers, "(\(now)", "+inf", "BYSCORE"))
        return names.array?.compactMap(\.string) ?? []
    }
}
