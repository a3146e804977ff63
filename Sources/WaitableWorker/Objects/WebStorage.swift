import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import SignatureVersion4
import StatesLanguage
import Waitable
import WaitableObjects

/// Objects that a web server has, or S3 and what speaks as it does.
struct WebStorage: ObjectStorage {
    let caller: HTTPCaller
    /// What the URLs of the bucket's objects begin with.
    let base: CallURL
    /// What requests are signed with; `nil` for requests without a signature.
    let signature: RequestSignature?
    /// Whether it speaks as S3 does.
    let isS3: Bool

    /// How long a request may take.
    private static let limit: TimeAmount = .seconds(60)
    /// The most bytes of an answer that tells of something.
    private static let mostText = 4 << 20

    func read(_ key: String, version: String?, from offset: Int64, most: Int) async throws(StorageFault) -> ObjectChunk
    {
        _ = try ObjectKey.path(key)
        var url = base
        url.addPath(key)
        if let version { url.addParameter("versionId", version) }
        var request = request(.GET, url)
        request.headers.add(name: "Range", value: "bytes=\(offset)-\(offset + Int64(most) - 1)")
        // What is compressed has no parts.
        request.headers.add(name: "Accept-Encoding", value: "identity")
        let asked = request
        return try await reach { () async throws -> Result<ObjectChunk, StorageFault> in
            let response = try await caller.client.execute(asked, timeout: Self.limit)
            if response.status == .ok || response.status == .partialContent,
                let encoding = Self.encoding(of: response.headers, key)
            {
                return .failure(StorageFault(reason: "answered with what is packed on its way: '\(encoding)'"))
            }
            switch response.status.code {
            case 206:
                let range = response.headers.first(name: "Content-Range") ?? ""
                guard let part = ContentRange(range), part.start == offset, part.count <= most else {
                    return .failure(StorageFault(reason: "answered with another part than was asked for: '\(range)'"))
                }
                let bytes = Array(buffer: try await response.body.collect(upTo: most))
                guard bytes.count <= part.count else {
                    return .failure(StorageFault(reason: "answered with a part that is longer than it says"))
                }
                guard bytes.count == part.count else {
                    return .failure(StorageFault(reason: "answered with a part that is cut off", isPassing: true))
                }
                return .success(
                    ObjectChunk(
                        bytes: bytes,
                        isLast: part.start + Int64(bytes.count) >= part.size,
                        version: Self.version(response.headers, size: part.size)
                    )
                )
            case 200: return .success(try await Self.part(of: response, from: offset, most))
            case 416:
                // There is nothing behind the end; an empty object has no part either.
                let size = response.headers.first(name: "Content-Range").flatMap { $0.without(prefix: "bytes */") }
                let end = size.flatMap { Int64($0) } ?? offset
                guard offset >= end else { return .failure(StorageFault(reason: "answered 416")) }
                return .success(
                    ObjectChunk(bytes: [], isLast: true, version: Self.version(response.headers, size: end))
                )
            default: return .failure(try await Self.fault(response, "'\(key)'"))
            }
        }
    }

    /// A part of a server's answer that knows no parts: what stands before it is passed over.
    private static func part(
        of response: HTTPClientResponse,
        from offset: Int64,
        _ most: Int
    ) async throws -> ObjectChunk {
        var passed: Int64 = 0
        var bytes: [UInt8] = []
        var isLast = true
        for try await buffer in response.body {
            let skipped = Int(min(Int64(buffer.readableBytes), max(0, offset - passed)))
            passed += Int64(buffer.readableBytes)
            let part = buffer.readableBytesView.dropFirst(skipped)
            bytes += part.prefix(most - bytes.count)
            if passed > offset + Int64(most) {
                isLast = false
                break
            }
        }
        let size = response.headers.first(name: "Content-Length").flatMap { Int64($0) }
        return ObjectChunk(bytes: bytes, isLast: isLast, version: version(response.headers, size: size))
    }

    func write(_ key: String, _ bytes: [UInt8]) async throws(StorageFault) {
        _ = try ObjectKey.path(key)
        var url = base
        url.addPath(key)
        var request = request(.PUT, url, body: bytes)
        request.headers.add(name: "Content-Type", value: "application/json")
        let asked = request
        try await reach { () async throws -> Result<Void, StorageFault> in
            let response = try await caller.client.execute(asked, timeout: Self.limit)
            guard (200..<300).contains(response.status.code) else {
                return .failure(try await Self.fault(response, "'\(key)'"))
            }
            _ = try await response.body.collect(upTo: Self.mostText)
            return .success(())
        }
    }

    func list(prefix: String, after last: ListPlace, most: Int) async throws(StorageFault) -> [ListedObject] {
        guard isS3 else {
            throw StorageFault(reason: "is a web server, which cannot list objects: use file: or s3+https://")
        }
        var found: [ListedObject] = []
        var last = last.key
        while found.count < most {
            let list = try await page(of: prefix, after: last, most: most - found.count)
            found += list.objects.map { object in
                ListedObject(
                    key: object["Key"] ?? "",
                    size: object["Size"].flatMap { Int64($0) } ?? 0,
                    modified: object["LastModified"].flatMap(Instant.init(iso8601:)).map { $0.milliseconds / 1_000 }
                        ?? 0,
                    entityTag: object["ETag"] ?? ""
                )
            }
            guard list.isTruncated else { break }
            guard !list.objects.isEmpty else { throw StorageFault(reason: "has more objects, and lists none") }
            last = found.last?.key
        }
        // A store may not know how many it was asked for.
        return Array(found.prefix(most))
    }

    private func page(of prefix: String, after last: String?, most: Int) async throws(StorageFault) -> ObjectList {
        var url = base
        url.addParameter("list-type", "2")
        url.addParameter("max-keys", String(most))
        if !prefix.isEmpty { url.addParameter("prefix", prefix) }
        if let last { url.addParameter("start-after", last) }
        let asked = request(.GET, url)
        return try await reach { () async throws -> Result<ObjectList, StorageFault> in
            let response = try await caller.client.execute(asked, timeout: Self.limit)
            guard response.status == .ok else { return .failure(try await Self.fault(response, "the list")) }
            let text = Array(buffer: try await response.body.collect(upTo: Self.mostText))
            guard let list = ObjectList(text) else {
                return .failure(StorageFault(reason: "answered with what is no list of objects"))
            }
            // Otherwise the pages would never end, and the same objects come again and again.
            guard list.follows(last) else {
                return .failure(StorageFault(reason: "lists objects in no order, or not behind the key that was given"))
            }
            return .success(list)
        }
    }

    // MARK: Requests

    private func request(_ method: HTTPMethod, _ url: CallURL, body: [UInt8] = []) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: url.text)
        request.method = method
        request.headers = ["User-Agent": "waitable"]
        if method == .PUT { request.body = .bytes(body) }
        guard let signature else { return request }
        let parameters = url.query.split(separator: "&").map { parameter in
            let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (name: String(parts[0]), value: parts.count > 1 ? String(parts[1]) : "")
        }
        let usual = url.isSecure ? 443 : 80
        let headers = signature.headers(
            method: method.rawValue,
            path: String(url.path),
            parameters: parameters,
            host: url.authority.host.text + (url.port == usual ? "" : ":\(url.port)"),
            body: body,
            at: .now
        )
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        return request
    }

    /// Asks the server.
    private func reach<Value: Sendable>(
        _ body: @Sendable @escaping () async throws -> Result<Value, StorageFault>
    ) async throws(StorageFault) -> Value {
        do {
            return try await caller.reach(base.authority.host, within: Self.limit, body).get()
        } catch let fault as StorageFault {
            throw fault
        } catch is NIOTooManyBytesError {
            throw StorageFault(reason: "answered with more bytes than it was asked for")
        } catch {
            throw StorageFault(reason: "gave no answer: \(error)", isPassing: true)
        }
    }

    private static func fault(_ response: HTTPClientResponse, _ what: String) async throws -> StorageFault {
        let body = String(buffer: (try? await response.body.collect(upTo: mostText)) ?? ByteBuffer())
        let status = Int(response.status.code)
        let text = body.isEmpty ? "" : ": \(body.prefix(codePoints: 300))"
        return StorageFault(
            reason: "answered \(status) \(response.status.reasonPhrase) for \(what)\(text)",
            isPassing: status == 429 || status >= 500
        )
    }

    /// How an answer is packed although it was asked for as it is; `nil` where it is not, or where the object's name says the same.
    private static func encoding(of headers: HTTPHeaders, _ key: String) -> String? {
        let ofName = key.hasSuffix(".gz") ? ["gzip", "x-gzip"] : []
        return headers[canonicalForm: "Content-Encoding"].map { $0.lowercased() }
            .first { encoding in packings.contains { $0 == encoding } && !ofName.contains { $0 == encoding } }
    }

    /// Other codings, such as `aws-chunked`, are told by stores and mean nothing.
    private static let packings = ["gzip", "x-gzip", "deflate", "compress", "br", "zstd"]

    private static func version(_ headers: HTTPHeaders, size: Int64?) -> String {
        let tag = headers.first(name: "ETag") ?? headers.first(name: "Last-Modified") ?? ""
        return [tag, size.map { "\($0) bytes" } ?? ""].filter { !$0.isEmpty }.joined(separator: " of ")
    }
}

/// `bytes 0-99/1234`
private struct ContentRange {
    let start: Int64
    let count: Int
    let size: Int64

    init?(_ text: String) {
        guard let rest = text.without(prefix: "bytes ") else { return nil }
        let parts = rest.utf8.split { "-/".utf8.contains($0) }.map { Int64(Substring($0)) }
        guard parts.count == 3, let start = parts[0], let end = parts[1], let size = parts[2], start >= 0, end >= start,
            size > end
        else { return nil }
        self.start = start
        self.size = size
        count = Int(end - start + 1)
    }
}
