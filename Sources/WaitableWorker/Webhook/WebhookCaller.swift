import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import StatesLanguage
import Waitable
import WaitableOperations

/// Sends events to the webhook's receiver.
struct WebhookCaller: Sendable {
    let client: HTTPClient
    let configuration: WebhookConfiguration
    let names: NameCheck

    /// Sends an event.
    ///
    /// - Returns: Why it was not taken; `nil` where it was.
    func send(_ event: FeedEvent) async -> String? {
        let body = event.json.text
        let signature = WebhookSignature(secret: configuration.secret)
        var request = HTTPClientRequest(url: configuration.url.text)
        request.method = .POST
        request.headers = [
            "Content-Type": "application/json",
            "User-Agent": "waitable",
            "Idempotency-Key": event.id,
            "Waitable-Event-Id": event.id,
            "Waitable-Signature": signature.header(for: body, at: Int64(Date().timeIntervalSince1970)),
        ]
        request.body = .bytes(ByteBuffer(string: body))
        let host = configuration.url.authority.host
        let limit = configuration.timing.longestCall
        do {
            if !host.isAddress, await !names.isAnswered(host.text, within: .milliseconds(limit)) {
                return "no name server answers for \(host.text)"
            }
            let response = try await client.execute(request, timeout: .milliseconds(Int64(limit)))
            let status = response.status.code
            return (200..<300).contains(status) ? nil : "HTTP status \(status)"
        } catch {
            return "\(error)".prefix(codePoints: 200)
        }
    }
}
