import Crypto
import Foundation
import HTTPTypes

/// A request in the one form that both sides of Signature Version 4 hash.
///
/// Source: AWS, "Create a signed AWS API request". The path is always `/`, as it is for all of the Step Functions API.
struct CanonicalRequest {
    let text: String

    /// - Parameters:
    ///   - request: The request's head.
    ///   - signedHeaders: The lower-case names of the headers to sign.
    ///   - payloadHash: The hexadecimal SHA-256 of the body.
    init(_ request: HTTPRequest, signedHeaders: [String], payloadHash: String) {
        let names = signedHeaders.sorted()
        let headers = names.map { name in
            "\(name):\(Self.values(of: name, in: request).map(Self.trimmed).joined(separator: ","))\n"
        }
        text = [
            request.method.rawValue, "/", Self.query(of: request.path ?? "/"), headers.joined(),
            names.joined(separator: ";"), payloadHash,
        ].joined(separator: "\n")
    }

    /// The hexadecimal SHA-256 of the text.
    var hash: String { Hex.text(SHA256.hash(data: Data(text.utf8))) }

    /// A header's values in their order. The host is no header field in HTTP/2 terms, which the library speaks.
    static func values(of name: String, in request: HTTPRequest) -> [String] {
        if name == "host" { return request.authority.map { [$0] } ?? [] }
        return HTTPField.Name(name).map { request.headerFields[values: $0] } ?? []
    }

    /// Without spaces around it, and with one for several in it.
    private static func trimmed(_ value: String) -> String {
        value.split { $0 == " " || $0 == "\t" }.joined(separator: " ")
    }

    /// The query, each name and value encoded anew, in the order of their bytes.
    private static func query(of path: String) -> String {
        guard let mark = path.firstIndex(of: "?") else { return "" }
        let pairs = path[path.unicodeScalars.index(after: mark)...].split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (encoded(parts[0]), parts.count == 2 ? encoded(parts[1]) : "")
        }
        return pairs.sorted { $0.0 == $1.0 ? Self.precedes($0.1, $1.1) : Self.precedes($0.0, $1.0) }
            .map { "\($0.0)=\($0.1)" }.joined(separator: "&")
    }

    private static func precedes(_ one: String, _ other: String) -> Bool {
        one.utf8.lexicographicallyPrecedes(other.utf8)
    }

    /// All but letters, digits and `-._~` as percent escapes, whatever was escaped before.
    private static func encoded(_ text: Substring) -> String {
        let bytes = (text.removingPercentEncoding ?? String(text)).utf8
        var result = ""
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default: result += "%" + Hex.text([byte]).uppercased()
            }
        }
        return result
    }
}
