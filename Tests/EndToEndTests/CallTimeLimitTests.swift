import AsyncHTTPClient
import StatesLanguage
import Testing

@testable import Waitable
@testable import WaitableWorker

@Suite(.timeLimit(.minutes(1)))
struct CallTimeLimitTests {
    @Test(
        "A call has one time limit, also for an answer that comes byte by byte without an end",
        arguments: [true, false]
    )
    func drip(isFunction: Bool) async throws {
        let server = try await FunctionServer()
        let url = "http://127.0.0.1:\(server.port)/drip"
        let functions: FunctionURL = try #require(FunctionURL(url))
        let configuration = CallConfiguration(
            otherFunctions: functions,
            hosts: [try #require(HostPattern("127.0.0.1"))]
        )
        let target: OutsideCall.Target =
            isFunction
            ? .function(name: "f", payload: "null", isWrapped: false)
            : .http(["ApiEndpoint": .string(url), "Method": "GET"])
        let call = OutsideCall(
            key: ExecutionKey(machine: "m", name: "x"),
            task: 1,
            target: target,
            date: Instant(milliseconds: 0),
            idempotencyKey: "k",
            timeoutSeconds: 1,
            waitsForToken: false
        )
        let answer = await HTTPCaller(client: .shared, configuration: configuration, names: NameCheck()).answer(
            to: call
        )
        guard case .failed(let error, _) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(error == (isFunction ? "Lambda.SdkClientException" : "States.Http.Socket"))
    }
}
