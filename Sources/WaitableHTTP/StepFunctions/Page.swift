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
            guard let last = Hex.bytes(token), let index = all.firstIndex(where: { key($0).utf8.elementsEqual(last) })
            else {
                throw APIError("InvalidToken", "Invalid Token: 'Invalid token'")
            }
            rest = all[(index + 1)...]
        }
        let elements = Array(rest.prefix(limit == 0 ? 100 : limit))
        guard elements.count < rest.count, let last = elements.last else { return Page(elements: elements) }
        return Page(elements: elements, nextToken: Hex.text(key(last).utf8))
    }
}
