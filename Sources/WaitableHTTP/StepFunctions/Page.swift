import StatesLanguage

/// A page of a list: what fits, and where the list goes on.
struct Page<Element> {
    var elements: [Element]
    var nextToken: String?

    /// The answer of a list operation.
    func answer(_ name: String, _ json: (Element) -> JSON) -> JSONObject {
        var answer: JSONObject = [name: .array(elements.map(json))]
        answer["nextToken"] = nextToken.map(JSON.string)
        return answer
    }
}

extension APIRequest {
    /// The page that `maxResults` (0 to 1,000; 0 means 100) and `nextToken` ask for.
    ///
    /// - Parameter key: What tells an element from the others; the token is the last one's.
    func page<Element>(of all: [Element], key: (Element) -> String) throws(APIError) -> Page<Element> {
        let limit = try integer("maxResults") ?? 0
        var rest = all[...]
        if let token = try optional("nextToken") {
            guard let last = Self.text(hexadecimal: token), let index = all.firstIndex(where: { key($0) == last })
            else {
                throw APIError("InvalidToken", "Invalid Token: 'Invalid token'")
            }
            rest = all[(index + 1)...]
        }
        let elements = Array(rest.prefix(limit == 0 ? 100 : limit))
        guard elements.count < rest.count, let last = elements.last else { return Page(elements: elements) }
        return Page(elements: elements, nextToken: Self.hexadecimal(key(last)))
    }

    private static func hexadecimal(_ text: String) -> String {
        text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func text(hexadecimal digits: String) -> String? {
        let digits = Array(digits.utf8)
        guard !digits.isEmpty, digits.count.isMultiple(of: 2) else { return nil }
        let bytes = stride(from: 0, to: digits.count, by: 2).map { index in
            UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16)
        }
        guard !bytes.contains(nil) else { return nil }
        return String(validating: bytes.compactMap(\.self), as: UTF8.self)
    }
}
