import Foundation

/// A blocking TCP socket on 127.0.0.1, as much of one as starting a server needs.
final class LoopbackSocket {
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw RedisTestServerError(reason: "no socket: errno \(errno)") }
    }

    deinit { close(descriptor) }

    func bind(port: Int) throws {
        let isBound = Self.withAddress(port) { Foundation.bind(descriptor, $0, $1) == 0 }
        guard isBound else { throw RedisTestServerError(reason: "cannot bind: errno \(errno)") }
    }

    /// Connects, and says whether somebody listens there.
    func connects(port: Int) -> Bool { Self.withAddress(port) { connect(descriptor, $0, $1) == 0 } }

    /// Connects, sends a text, and reads one answer; empty where nobody answers.
    func asks(_ text: String, port: Int) -> String {
        guard connects(port: port) else { return "" }
        let bytes = Array(text.utf8)
        guard send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else { return "" }
        var answer = [UInt8](repeating: 0, count: 4_096)
        let count = recv(descriptor, &answer, answer.count, 0)
        return count > 0 ? String(decoding: answer[..<count], as: UTF8.self) : ""
    }

    private static func withAddress<Result>(
        _ port: Int,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
