import RedisClient
import Waitable

/// One entry of `waitable_accept` or `waitable_commit`.
struct Entry {
    var name: String
    var next: String
    var document: String
    var history: String
    var effects: [[String]]

    init(
        _ name: String,
        next: String,
        document: String? = nil,
        token: String? = nil,
        history: String = "",
        effects: [[String]] = []
    ) {
        self.name = name
        self.next = next
        let key = token.map { #","k":"\#($0)""# } ?? ""
        self.document = document ?? #"{"s":"\#(next.isEmpty ? "S" : "R")"\#(key),"d":"h","b":1,"input":{}}"#
        self.history = history
        self.effects = effects
    }

    var words: [String] { [name, next, document, history, String(effects.count)] + effects.flatMap { $0 } }

    /// The same as a row, where it is one write and nothing for the list of history.
    private var row: [String] {
        [name, document, effects[0][1]] + (next.isEmpty ? [] : [next]) + effects[0].dropFirst(2)
    }

    /// `n, ROWS`, for entries that are one write of one form.
    static func rows(_ entries: [Entry]) -> [String] {
        let count = String(entries.count)
        let kind = entries[0].next.isEmpty ? "close" : "wait"
        return [count, "", count, kind, entries[0].effects[0][0], "", ""] + entries.flatMap(\.row)
    }

    /// `n, ENTRY × n`
    static func arguments(_ entries: [Entry]) -> [String] {
        [String(entries.count)] + entries.flatMap(\.words)
    }

    static func put(_ suffix: String, _ fields: String...) -> [String] { put(suffix, fields) }

    static func put(_ suffix: String, _ fields: [String]) -> [String] {
        let (names, values) = columns(fields)
        return [ItemForm(.put, fields: names).word, suffix] + values
    }

    static func update(_ suffix: String, set: [String], remove: [String] = []) -> [String] {
        let (names, values) = columns(set)
        return [ItemForm(.update, fields: names, removed: remove).word, suffix] + values
    }

    /// The same, for executions of the machine `m` whose items are of the table `T`, and have their id first.
    static func ownRows(_ entries: [Entry]) -> [String] {
        let kind = entries[0].next.isEmpty ? "close" : "wait"
        let rows = entries.flatMap { entry in
            [String(entry.name.dropFirst(2)), entry.document] + (entry.next.isEmpty ? [] : [entry.next])
                + entry.effects[0].dropFirst(3)
        }
        return ["\(entries.count)", "", "\(entries.count)", kind, entries[0].effects[0][0], "m", "T"] + rows
    }

    private static func columns(_ fields: [String]) -> (names: [String], values: [String]) {
        let places = stride(from: 0, to: fields.count, by: 2)
        return (places.map { fields[$0] }, places.map { fields[$0 + 1] })
    }
}

extension RedisValue {
    /// The results of entries: a number stands for as many that were applied.
    var results: [RedisValue]? {
        if case .integer(let count) = self { Array(repeating: .integer(1), count: Int(count)) } else { array }
    }

    /// The error of one entry's result.
    var refusal: String? { if case .error(let error) = self { error.description } else { nil } }
}
