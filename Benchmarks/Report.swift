import StatesLanguage

/// Figures by name, in the order in which they were measured.
struct Report {
    let items: Int
    private var figures: [(name: String, value: Double)] = []

    init(items: Int) { self.items = items }

    subscript(name: String) -> Double {
        get { figures.first { $0.name == name }?.value ?? 0 }
        set { figures.append((name, newValue)) }
    }

    var table: String {
        let width = figures.map(\.name.count).max() ?? 0
        return
            (["\(items) items, AOF everysec"]
            + figures.map { name, value in
                name + String(repeating: " ", count: width - name.count) + "  " + Self.text(value)
            }).joined(separator: "\n")
    }

    var json: JSON {
        var object: JSONObject = ["items": .integer(Int64(items))]
        for (name, value) in figures { object[name] = .double(value) }
        return .object(object)
    }

    private static func text(_ value: Double) -> String {
        abs(value) >= 1_000 ? String(Int(value.rounded())) : String((value * 100).rounded() / 100)
    }
}
