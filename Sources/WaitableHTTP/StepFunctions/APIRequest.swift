import HTTPTypes
import StatesLanguage
import WaitableRedis

/// The body of a Step Functions API call, read with AWS's errors. The bounds of its members are checked first, as a whole.
struct APIRequest: Sendable {
    private let body: JSONObject
    /// Who waits for the answer.
    let client = WaitingClient()
    /// How safe a start has to be, by the request's header.
    let durability: RequestedDurability

    init(body: JSONObject, durability: String? = nil) {
        self.body = body
        self.durability = RequestedDurability(header: durability)
    }

    /// Checks the members against the model of an operation.
    func check(against operation: String) throws(APIError) { try APIModel.check(body, of: operation) }

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
        case let other?: throw .wrongType(name, "STRING_VALUE", other)
        }
    }

    /// Whether something is asked for.
    func flag(_ name: String) throws(APIError) -> Bool {
        switch body[name] {
        case nil, .null: return false
        case .bool(let value): return value
        case let other?: throw .wrongType(name, "BOOLEAN_VALUE", other)
        }
    }

    /// A whole number that may be there.
    func integer(_ name: String) throws(APIError) -> Int? {
        switch body[name] {
        case nil, .null: return nil
        case .integer(let number): return Int(number)
        case let other?: throw .wrongType(name, "NUMBER_VALUE", other)
        }
    }

    /// A number that may be there.
    func number(_ name: String) throws(APIError) -> Double? {
        switch body[name] {
        case nil, .null: return nil
        case let value?:
            guard let number = value.numberValue else { throw .wrongType(name, "NUMBER_VALUE", value) }
            return number
        }
    }

    /// An object that may be there.
    func object(_ name: String) throws(APIError) -> JSONObject? {
        switch body[name] {
        case nil, .null: return nil
        case .object(let object): return object
        case let other?: throw .wrongType(name, "STRUCTURE", other)
        }
    }

    /// A list of objects that must be there.
    func objects(_ name: String) throws(APIError) -> [JSONObject] {
        var objects: [JSONObject] = []
        for element in try list(name) {
            guard let object = element.objectValue else { throw .wrongType(name, "STRUCTURE", element) }
            objects.append(object)
        }
        return objects
    }

    /// A list of texts that must be there.
    func texts(_ name: String) throws(APIError) -> [String] {
        var texts: [String] = []
        for element in try list(name) {
            guard let text = element.stringValue else { throw .wrongType(name, "STRING_VALUE", element) }
            texts.append(text)
        }
        return texts
    }

    private func list(_ name: String) throws(APIError) -> [JSON] {
        switch body[name] {
        case nil, .null: throw .constraint(value: nil, at: name, "Member must not be null")
        case .array(let list): return list
        case let other?: throw .wrongType(name, "LIST", other)
        }
    }

    /// All members, as they came.
    var members: JSONObject { body }

    /// Whether a member is there.
    func isGiven(_ name: String) -> Bool { body[name] != nil && body[name] != .null }
}

extension HTTPField.Name {
    /// The operation of a JSON 1.0 call: `AWSStepFunctions.StartExecution`.
    static let amazonTarget = Self("X-Amz-Target")!
    /// The request's id in answers.
    static let amazonRequestID = Self("x-amzn-RequestId")!
    /// The error's name in answers.
    static let amazonErrorType = Self("x-amzn-ErrorType")!
}
