/// What is wrong with an expression, or with its evaluation.
///
/// Source: the codes and messages of JSONata: `S` is a fault of the syntax, `T` of a type, `D` of the evaluation, `U` of a
/// limit.
public struct JSONataError: Error, Sendable, Equatable, CustomStringConvertible {
    /// One word in size: what can throw is called at every level of an expression.
    private let details: Details

    private final class Details: Sendable {
        let code: ErrorCode
        let position: Int?
        let token: String?
        let fields: [(name: String, value: String)]

        init(_ code: ErrorCode, _ position: Int?, _ token: String?, _ fields: [(name: String, value: String)]) {
            self.code = code
            self.position = position
            self.token = token
            self.fields = fields
        }
    }

    /// An error.
    ///
    /// - Parameters:
    ///   - position: Where in the expression, in code points.
    ///   - token: The operator, function or other word that it is about.
    ///   - fields: What the message names besides, as JSON text.
    init(_ code: ErrorCode, at position: Int? = nil, token: String? = nil, fields: [(name: String, value: String)] = [])
    {
        details = Details(code, position, token, fields)
    }

    /// An error about a value.
    init(_ code: ErrorCode, at position: Int? = nil, token: String? = nil, value: Value) {
        self.init(code, at: position, token: token, fields: [("value", value.excerpt)])
    }

    /// An error whose message is a text of its own.
    init(_ code: ErrorCode, message: String) { self.init(code, fields: [("message", message)]) }

    /// JSONata's code, such as `T2001`.
    public var code: String { details.code.text }
    /// Where in the expression, in code points from its beginning; `nil` where that is not known.
    public var position: Int? { details.position }
    /// The operator, function or other word that it is about.
    public var token: String? { details.token }
    /// Whether a limit was reached: the expression may be right, but it costs too much.
    public var isLimit: Bool { details.code == .u1001 }

    var errorCode: ErrorCode { details.code }

    /// The error with a place and a word, where it has none of its own.
    func located(at position: Int, token: String?) -> JSONataError {
        guard details.position == nil || details.token == nil && token != nil else { return self }
        return JSONataError(
            details.code,
            at: details.position ?? position,
            token: details.token ?? token,
            fields: details.fields
        )
    }

    /// The sentence that says what is wrong.
    public var message: String {
        var message = ""
        var rest = details.code.template[...]
        while let open = rest.firstIndex(of: "{") {
            message += rest[..<open]
            rest = rest[open...]
            let braces = rest.utf8.prefix { $0 == UInt8(ascii: "{") }.count
            guard braces > 1, let close = rest.firstIndex(of: "}") else {
                message += "{"
                rest = rest.dropFirst()
                continue
            }
            let name = String(rest[..<close].dropFirst(braces))
            message += text(of: name, isQuoted: braces == 2)
            rest = rest[close...].dropFirst(braces)  // own words
        }
        return message + rest
    }

    private func text(of name: String, isQuoted: Bool) -> String {
        if name == "token" {
            let token = details.token ?? ""
            return isQuoted ? JSON.string(token).text : token
        }
        return details.fields.first { $0.name == name }?.value ?? ""
    }

    /// The code and the message.
    public var description: String { "\(code): \(message)" }

    /// Whether both say the same.
    public static func == (left: JSONataError, right: JSONataError) -> Bool {
        left.details.code == right.details.code && left.position == right.position && left.message == right.message
    }
}
