import HTTPTypes
import Hummingbird
import StatesLanguage
import WaitableRedis

/// `GET /healthz`: the process answers. `GET /readyz`: a start would be taken, and not be lost, as far as can be told.
struct HealthRoutes: Sendable {
    let machines: MachineCache
    let readiness: ReadinessSampler

    func add(to routes: Routes) {
        routes.get("/healthz", .open) { _, _ in Response(json: .object(["status": .string("ok")])) }
        routes.get("/readyz", .open) { _, _ in await answer() }
    }

    private func answer() async -> Response {
        if let unreadiness = await readiness.unreadiness() { return unready(unreadiness) }
        do {
            guard let name = try await machines.defaultMachine(),
                try await machines.current(name) != nil
            else { return unready(.noDefaultMachine) }
            return Response(json: .object(["status": .string("ready")]))
        } catch is RevisionError {
            return unready(.noDefaultMachine)
        } catch {
            return unready(.unreachable)
        }
    }

    private func unready(_ unreadiness: Unreadiness) -> Response {
        var response = Response(
            status: .serviceUnavailable,
            json: .object([
                "status": .string("unready"), "code": .string(unreadiness.code), "reason": .string(unreadiness.reason),
            ])
        )
        response.headers[.retryAfter] = "\(unreadiness.retryAfter)"
        return response
    }
}
