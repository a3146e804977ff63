import Waitable
import WaitableRedis

@testable import RedisClient
@testable import WaitableWorker

/// What a Redis says, and how a user says where it is.
extension Fuzzing {
    /// Replies as they come off the wire, in pieces and at once: both have to come to the same.
    @Sendable static func reply(_ bytes: ArraySlice<UInt8>) {
        let parts = pieces(of: bytes)
        let replies = replies(in: parts)
        precondition(replies == self.replies(in: [bytes.dropFirst()]), "other replies, read in pieces")
        let node = RedisConfiguration.Address.tcp(host: "127.0.0.1", port: 6_379)
        for reply in replies {
            _ = SlotMap(reply, from: node)
            if case .error(let error) = reply { _ = Redirection(error, from: node) }
            _ = "\(reply)"
        }
    }

    private static func replies(in parts: [ArraySlice<UInt8>]) -> [RedisValue] {
        let reader = ReplyReader()
        var replies: [RedisValue] = []
        do throws(RedisError) {
            for part in parts {
                // Its errors are the reader's.
                let fed = part.withUnsafeBytes { bytes in Result { () throws(RedisError) in try reader.feed(bytes) } }
                try fed.get()
                while let reply = try reader.next() { replies.append(reply) }
            }
        } catch {}
        return replies
    }

    /// What a user may set to a text.
    @Sendable static func setting(_ bytes: ArraySlice<UInt8>) {
        let text = String(decoding: bytes, as: UTF8.self)
        _ = try? RedisConfiguration(url: text)
        _ = try? Durability(text, field: "durability")
        _ = HostPattern(text)
        _ = FunctionURL(text)
        _ = Adapter(prefix: "arn:aws:states:::s3", url: text)
        _ = ARN(prefix: text)
        _ = ExecutionKey(member: text)
        if let url = CallURL(text) { precondition(CallURL(url.text) == url, "another URL after it was written") }
        if let host = URLHost(text[...]) {
            precondition(URLHost(host.text[...]) == host, "another host after it was written")
        }
    }
}
