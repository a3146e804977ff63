import Foundation
import StatesLanguage

/// One line of an export: a key, a part of one, or an execution.
struct TransferRecord: Equatable {
    /// What is there.
    enum Content: Equatable {
        /// With the instant at which it expires (Unix ms).
        case string([UInt8], expires: Int64?)
        /// Fields and values by turns.
        case hash([[UInt8]])
        /// Members and scores by turns.
        case zset([[UInt8]])
        case list([[UInt8]])
        /// Ids, each with fields and values by turns; the id of the last entry that there ever was, with the last part.
        case stream([StreamEntry], last: [UInt8]?)
        /// A consumer group of a stream: its name, and the id of the last entry that it was given.
        case group([UInt8], last: [UInt8])
        /// Entries that a consumer group has not acknowledged: id, consumer and number of deliveries by turns.
        case pending([UInt8], [[UInt8]])
        case execution(ExecutionFields)
    }

    struct StreamEntry: Equatable {
        var id: [UInt8]
        var words: [[UInt8]]
    }

    /// What an execution has outside keys of its own; `nil` for what it has not.
    struct ExecutionFields: Equatable {
        var document: [UInt8]?
        var due: [UInt8]?
        var closed: [UInt8]?
        var redelivered: [UInt8]?
        var unread: [UInt8]?
    }

    var partition: Int
    /// What follows the prefix of the key; an execution's member of `due`.
    var name: [UInt8]
    var content: Content
    /// Whether it adds to what lines before it have.
    var isMore = false
}

extension TransferRecord {
    var json: JSON {
        var object = JSONObject()
        if partition > 0 { object["partition"] = .integer(Int64(partition)) }
        if case .execution(let fields) = content {
            object["execution"] = Self.json(name)
            for (key, path) in Self.executionFields { object[key] = fields[keyPath: path].map(Self.json) }
            return .object(object)
        }
        object["key"] = Self.json(name)
        switch content {
        case .string(let bytes, let expires):
            object["string"] = Self.json(bytes)
            object["expires"] = expires.map(JSON.integer)
        case .hash(let words): object["hash"] = Self.json(words)
        case .zset(let words): object["zset"] = Self.json(words)
        case .list(let words): object["list"] = Self.json(words)
        case .stream(let entries, let last):
            object["stream"] = .array(entries.map { .array([Self.json($0.id), Self.json($0.words)]) })
            object["last"] = last.map(Self.json)
        case .group(let group, let last):
            object["group"] = Self.json(group)
            object["last"] = Self.json(last)
        case .pending(let group, let words):
            object["group"] = Self.json(group)
            object["pending"] = Self.json(words)
        case .execution: break
        }
        if isMore { object["more"] = .bool(true) }
        return .object(object)
    }

    private static let executionFields: [(String, any WritableKeyPath<ExecutionFields, [UInt8]?> & Sendable)] = [
        ("document", \.document), ("due", \.due), ("closed", \.closed), ("redelivered", \.redelivered),
        ("unread", \.unread),
    ]

    /// Text where the bytes are, else `{"base64": …}`.
    private static func json(_ bytes: [UInt8]) -> JSON {
        if let text = String(validating: bytes, as: UTF8.self) { return .string(text) }
        return .object(["base64": .string(Data(bytes).base64EncodedString())])
    }

    private static func json(_ words: [[UInt8]]) -> JSON { .array(words.map(json)) }

    /// Reads a line.
    ///
    /// - Throws: `TransferProblem` naming field, rule and value.
    init(json object: JSONObject) throws(TransferProblem) {
        partition = 0
        if let value = object["partition"] {
            guard let number = value.countValue else { throw TransferProblem("partition", "must be a number", value) }
            partition = number
        }
        if let more = object["more"] {
            guard let flag = more.boolValue else { throw TransferProblem("more", "must be true or false", more) }
            isMore = flag
        }
        if let member = object["execution"] {
            name = try Self.bytes(member, "execution")
            var fields = ExecutionFields()
            for (key, path) in Self.executionFields {
                fields[keyPath: path] = try object[key].map { value throws(TransferProblem) in
                    try Self.bytes(value, key)
                }
            }
            for (key, score) in [("due", fields.due), ("closed", fields.closed)] {
                if let score { try Self.check(score: score, key) }
            }
            content = .execution(fields)
            return
        }
        guard let key = object["key"] else {
            throw TransferProblem("line", "must have key or execution", .object(object))
        }
        name = try Self.bytes(key, "key")
        content = try Self.content(object)
    }

    private static func content(_ object: JSONObject) throws(TransferProblem) -> Content {
        if let value = object["string"] {
            if let expires = object["expires"], expires.integerValue == nil {
                throw TransferProblem("expires", "must be Unix milliseconds", expires)
            }
            return .string(try bytes(value, "string"), expires: object["expires"]?.integerValue)
        }
        if let value = object["hash"] { return .hash(try words(value, "hash", each: 2)) }
        if let value = object["zset"] {
            let words = try words(value, "zset", each: 2)
            for index in stride(from: 1, to: words.count, by: 2) { try check(score: words[index], "zset") }
            return .zset(words)
        }
        if let value = object["list"] { return .list(try words(value, "list", each: 1)) }
        if let value = object["stream"] {
            var entries: [StreamEntry] = []
            for entry in value.arrayValue ?? [.null] {
                guard let pair = entry.arrayValue, pair.count == 2 else {
                    throw TransferProblem("stream", "must be pairs of an id and a list", value)
                }
                entries.append(
                    StreamEntry(id: try bytes(pair[0], "stream"), words: try words(pair[1], "stream", each: 2))
                )
            }
            return .stream(
                entries,
                last: try object["last"].map { value throws(TransferProblem) in try bytes(value, "last") }
            )
        }
        guard let group = object["group"] else {
            throw TransferProblem("line", "must have string, hash, zset, list, stream or group", .object(object))
        }
        let name = try bytes(group, "group")
        if let pending = object["pending"] { return .pending(name, try words(pending, "pending", each: 3)) }
        guard let last = object["last"] else { throw TransferProblem("last", "must be given", nil) }
        return .group(name, last: try bytes(last, "last"))
    }

    private static func check(score: [UInt8], _ field: String) throws(TransferProblem) {
        let text = String(decoding: score, as: UTF8.self)
        guard let number = Double(text), !number.isNaN else {
            throw TransferProblem(field, "must have numbers for scores", .string(text))
        }
    }

    private static func bytes(_ value: JSON, _ field: String) throws(TransferProblem) -> [UInt8] {
        if let text = value.stringValue { return Array(text.utf8) }
        if let text = value.objectValue?["base64"]?.stringValue, let data = Data(base64Encoded: text) {
            return Array(data)
        }
        throw TransferProblem(field, "must be a string, or an object with base64", value)
    }

    private static func words(_ value: JSON, _ field: String, each: Int) throws(TransferProblem) -> [[UInt8]] {
        guard let list = value.arrayValue, list.count.isMultiple(of: each) else {
            throw TransferProblem(field, each == 1 ? "must be a list" : "must be a list of \(each) by \(each)", value)
        }
        var words: [[UInt8]] = []
        words.reserveCapacity(list.count)
        for word in list { words.append(try bytes(word, field)) }
        return words
    }
}

/// What is wrong with a line: the field, the rule and the value.
struct TransferProblem: Error {
    let field: String
    let rule: String
    let value: JSON?

    init(_ field: String, _ rule: String, _ value: JSON?) {
        self.field = field
        self.rule = rule
        self.value = value
    }
}
