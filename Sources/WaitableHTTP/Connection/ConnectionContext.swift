import Foundation
package import Hummingbird
import NIOCore
import Waitable

/// What a route knows of its request besides the request: its path's parts, and the connection that it came over.
package struct ConnectionContext: RequestContext {
    /// What the framework keeps.
    package var coreContext: CoreRequestContextStorage
    private let channel: any Channel

    /// The context of a request.
    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// Tells the connection something about the request.
    func tell(_ event: ConnectionEvent) { channel.triggerUserOutboundEvent(event, promise: nil) }

    /// Ends the connection, whatever is under way on it.
    var cutOff: @Sendable () -> Void { { [channel] in channel.close(promise: nil) } }

    /// Does something, once, when the client goes before its answer; at once where it has gone.
    func onGone(_ action: @Sendable @escaping () -> Void) {
        let told = channel.eventLoop.makePromise(of: Void.self)
        // A connection that has ended takes no events any more.
        told.futureResult.whenFailure { _ in action() }
        channel.triggerUserOutboundEvent(ConnectionEvent.onGone(action), promise: told)
    }

    /// Runs something, and cancels it when the client goes.
    func whileConnected<Value: Sendable>(
        _ body: @Sendable @escaping () async throws -> Value
    ) async throws -> Value {
        let task = Task { try await body() }
        onGone { task.cancel() }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }

    /// A part of the path, without its percent signs.
    ///
    /// - Parameters:
    ///   - name: What the route calls it.
    ///   - field: What callers call it.
    /// - Throws: `FieldError` where the bytes are not text.
    func decoded(_ name: String, as field: String) throws -> String {
        let text = try parameters.require(name)
        guard let decoded = text.removingPercentEncoding else {
            throw FieldError(field: field, rule: "must be percent-encoded UTF-8", value: text)
        }
        return decoded
    }
}
