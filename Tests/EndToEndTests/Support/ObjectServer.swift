import Foundation
import NIOCore
import NIOHTTP1

extension FunctionServer {
    /// A server with parts of objects, as S3 has them.
    ///
    /// - Parameters:
    ///   - objects: By the paths of their URLs.
    ///   - headers: What each answer has besides.
    static func of(_ objects: [String: [UInt8]], headers: HTTPHeaders = [:]) async throws -> FunctionServer {
        try await replying { call in
            guard let object = objects[call.path] else { return .answer(status: 404, headers: [:], body: ByteBuffer()) }
            let ends = (call.range ?? "").dropFirst("bytes=".count).split(separator: "-").compactMap { Int($0) }
            guard ends.count == 2 else {
                return .answer(status: 200, headers: headers, body: ByteBuffer(bytes: object))
            }
            guard ends[0] < object.count else {
                return .answer(
                    status: 416,
                    headers: ["ETag": "\"1\"", "Content-Range": "bytes */\(object.count)"],
                    body: ByteBuffer()
                )
            }
            let part = object[ends[0]...min(ends[1], object.count - 1)]
            var all = headers
            all.add(name: "ETag", value: "\"1\"")
            all.add(name: "Content-Range", value: "bytes \(part.startIndex)-\(part.endIndex - 1)/\(object.count)")
            return .answer(status: 206, headers: all, body: ByteBuffer(bytes: part))
        }
    }
}
