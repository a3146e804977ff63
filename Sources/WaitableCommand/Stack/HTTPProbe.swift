import Foundation
import NIOCore
import NIOPosix
import NIOSSL

/// A question to an HTTP server on this machine: does it say 200?
///
/// The server's certificate is not checked: it need not have the name of the loopback interface, and nothing is told to it.
enum HTTPProbe {
    static func isOK(host: String, port: Int, path: String, isTLS: Bool = false) async -> Bool {
        do {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(.seconds(1))
                .connect(host: host, port: port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        if isTLS {
                            var configuration = TLSConfiguration.makeClientConfiguration()
                            configuration.certificateVerification = .none
                            let context = try NIOSSLContext(configuration: configuration)
                            let handler = try NIOSSLClientHandler(context: context, serverHostname: nil)
                            try channel.pipeline.syncOperations.addHandler(handler)
                        }
                        return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                    }
                }
            return try await channel.executeThenClose { inbound, outbound in
                let request = "GET \(path) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n"
                try await outbound.write(ByteBuffer(string: request))
                for try await answer in inbound {
                    return String(buffer: answer).hasPrefix("HTTP/1.1 200")
                }
                return false
            }
        } catch {
            return false
        }
    }
}
