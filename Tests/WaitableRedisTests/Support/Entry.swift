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

    /// `n, ENTRY × n`
    static func arguments(_ entries: [Entry]) -> [String] {
        [String(entries.count)] + entries.flatMap(\.words)
    }

    static func put(_ suffix: String, _ fields: String...) -> [String] {
        ["P", suffix, String(fields.count / 2)] + fields
    }

    static func update(_ suffix: String, set: [String], remove: [String] = []) -> [String] {
        ["U", suffix, String(set.count / 2)] + set + [String(remove.count)] + remove
    }
}
