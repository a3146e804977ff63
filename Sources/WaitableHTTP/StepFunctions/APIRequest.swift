import HTTPTypes
import StatesLanguage
import WaitableRedis

/// The body of a Step Functions API call, read with AWS's errors.
struct APIRequest: Sendable {
    private let body: JSONObject
    /// Who waits for the answer.
    let client = WaitingClient()

    init(body: JSONObject) { self.body = body }

    /// A text that must be there.
    func required(_ name: String) throws(APIError) -> String {
        guard let text = try optional(name) else {
            throw .constraint(value: nil, at: name, "Member must not be null")
        }
        return text
    }

    /// A text that may be there.
    func optional(_ name: String) throws(APIError) -> String? {
        switch body[name] {
        case nil, .null: return nil
        case .string(let text): return text
        case let other?: throw wrongType(name, "STRING_VALUE", other)
        }
    }

    /// A text that may be there, of a bounded length.
    ///
    /// - Parameter most: The most characters.
    func optional(_ name: String, most: Int) throws(APIError) -> String? {
        guard let text = try optional(name) else { return nil }
        guard text.unicodeScalars.count <= most else {
            throw .constraint(value: text, at: name, "Member must have length less than or equal to \(most)")
        }
        return text
    }

    /// Whether something is asked for.
    func flag(_ name: String) throws(APIError) -> Bool {
        switch body[name] {
        case nil, .null: return false
        case .bool(let value): return value
        case let other?: throw wrongType(name, "BOOLEAN_VALUE", other)
        }
    }

    /// A whole number within bounds.
    func integer(_ name: String, in range: ClosedRange<Int>, default value: Int) throws(APIError) -> Int {
        switch body[name] {
        case nil, .null: return value
        case .integer(let number):
            if number < range.lowerBound {
                throw .constraint(
                    value: String(number),
                    at: name,
                    "Member must have value greater than or equal to \(range.lowerBound)"
                )
            }
            if number > range.upperBound {
                throw .constraint(
                    value: String(number),
                    at: name,
                    "Member must have value less than or equal to \(range.upperBound)"
                )
            }
            return Int(number)
        case let other?: throw wrongType(name, "NUMBER_VALUE", other)
        }
    }

    /// An object that may be there.
    func object(_ name: String) throws(APIError) -> JSONObject? {
        switch body[name] {
        case nil, .null: return nil
        case .object(let object): return object
        case let other?: throw wrongType(name, "STRUCTURE", other)
        }
    }

    /// A list of objects that must be there.
    func objects(_ name: String) throws(APIError) -> [JSONObject] {
        var objects: [JSONObject] = []
        for element in try list(name) {
            guard let object = element.objectValue else { throw wrongType(name, "STRUCTURE", element) }
            objects.append(object)
        }
        return objects
    }

    /// A list of texts that must be there.
    func texts(_ name: String) throws(APIError) -> [String] {
        var texts: [String] = []
        for element in try list(name) {
            guard let text = element.stringValue else { throw wrongType(name, "STRING_VALUE", element) }
            texts.append(text)
        }
        return texts
    }

    private func list(_ name: String) throws(APIError) -> [JSON] {
        switch body[name] {
        case nil, .null: throw .constraint(value: nil, at: name, "Member must not be null")
        case .array(let list): return list
        case let other?: throw wrongType(name, "LIST", other)
        }
    }

    /// Whether a member is there.
    func isGiven(_ name: String) -> Bool { body[name] != nil && body[name] != .null }

    /// One of a set of texts.
    func choice(_ name: String, of values: [String], default value: String) throws(APIError) -> String {
        guard let text = try optional(name) else { return value }
        guard values.contains(text) else {
            throw .constraint(
                value: text,
                at: name,
                "Member must satisfy enum value set: [\(values.joined(separator: ", "))]"
            )
        }
        return text
    }

    private func wrongType(_ name: String, _ expected: String, _ value: JSON) -> APIError {
        APIError("SerializationException", "\(name): \(expected) can not be read from \(value.text)")
    }
}

extension HTTPField.Name {
    /// The operation of a JSON 1.0 call: `AWSStepFunctions.StartExecution`.
    static let amazonTarget = Self("X-Amz-Target")!
    /// The request's id in answers.
    static let amazonRequestID = Self("x-amzn-RequestId")!
    /// The error's name in answers.
    static let amazonErrorType = Self("x-amzn-ErrorType")!
}
