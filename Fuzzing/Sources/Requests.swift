import HTTPTypes
import HummingbirdCore
import JSONValues
import StatesLanguage
import Waitable

@testable import WaitableHTTP

/// What clients of ingest send.
extension Fuzzing {
    /// A batch, line by line, in pieces and at once: both have to come to the same.
    @Sendable static func batch(_ bytes: ArraySlice<UInt8>) {
        let lines = lines(in: pieces(of: bytes))
        precondition(lines == self.lines(in: [bytes.dropFirst()]), "other lines, read in pieces")
        for line in lines { _ = BatchLine(line).id }
    }

    private static func lines(in parts: [ArraySlice<UInt8>]) -> [LineSplitter.Line] {
        var splitter = LineSplitter(limit: 200)
        var lines = parts.flatMap { splitter.lines(in: Array($0)) }
        if let last = splitter.lastLine() { lines.append(last) }
        return lines
    }

    /// A line with an operation of the Step Functions API, then its body.
    @Sendable static func call(_ bytes: ArraySlice<UInt8>) {
        let (operation, rest) = halves(bytes)
        guard let body = value(rest).objectValue else { return }
        let request = APIRequest(body: body, durability: body["durability"]?.stringValue)
        do throws(APIError) {
            try request.check(against: operation)
            for name in body.keys {
                _ = try? request.integer(name)
                _ = try? request.number(name)
                _ = try? request.texts(name)
            }
        } catch {
            _ = error.message
        }
    }

    /// A path with its query.
    @Sendable static func query(_ bytes: ArraySlice<UInt8>) {
        let uri = URI(String(decoding: bytes, as: UTF8.self))
        _ = uri.path
        let parameters = uri.queryParameters.map { (name: String($0.key), value: String($0.value)) }
        _ = try? ListRequest(items: parameters)
        _ = try? ListRequest(failures: parameters)
        _ = try? ListRequest(executions: parameters)
        _ = try? FeedRequest(parameters)
        _ = try? ScheduleRequest(parameters, now: Instant(milliseconds: 1_700_000_000_000))
    }

    /// A head in lines: the path, the header `Authorization`, and other headers; then an empty line and the body.
    @Sendable static func signature(_ bytes: ArraySlice<UInt8>) {
        var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)[...]
        guard let path = lines.popFirst(), let authorization = lines.popFirst() else { return }
        var request = HTTPRequest(method: .post, scheme: "http", authority: "localhost:8080", path: String(path))
        request.headerFields.append(HTTPField(name: .authorization, value: String(authorization)))
        while let line = lines.popFirst(), !line.isEmpty {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, let name = HTTPField.Name(String(parts[0])) else { continue }
            request.headerFields.append(HTTPField(name: name, value: String(parts[1])))
        }
        _ = CanonicalRequest(request, signedHeaders: ["host", "x-amz-date"], payloadHash: "").text
        _ = try? CredentialFile.lines(of: lines.joined(separator: "\n"))
        let verifier = SignatureVerifier(region: "eu-central-1")
        let now = Instant(milliseconds: 1_440_938_160_000)
        guard let pending = try? verifier.examine(request, keys: keys, at: now) else { return }
        precondition(
            (try? pending.verify(body: Array(lines.joined(separator: "\n").utf8))) == nil,
            "a signature that nobody has made"
        )
    }

    private static let keys: [Spelling: AccessKey] = {
        let key = AccessKey.make()
        return ["AKIDEXAMPLE": AccessKey(id: "AKIDEXAMPLE", rights: [.read], secret: key.secret)]
    }()
}
