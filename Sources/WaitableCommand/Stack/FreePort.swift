import NIOCore
import NIOPosix

/// A TCP port of the loopback interface that nobody listens on.
enum FreePort {
    static func find() async throws -> Int { try await bind("127.0.0.1", 0) }

    /// Listens on a port for a moment, and accepts nobody: who connects meanwhile is turned away.
    ///
    /// - Returns: The port; a free one for 0.
    /// - Throws: The system's error where nobody can listen there.
    @discardableResult
    static func bind(_ host: String, _ port: Int) async throws -> Int {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            // What is left of earlier connections does not keep a server from listening.
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.autoRead, value: false)
            .bind(host: host, port: port).get()
        let port = channel.localAddress?.port ?? 0
        try await channel.close()
        return port
    }
}
