import StatesLanguage

/// One measured figure.
struct Figure: Sendable {
    let workload: String
    let name: String
    let value: Double
    /// The same of the leanest sequence of commands, in the same run; `nil` where there is none.
    var floor: Double?
    var target: Target?

    /// What the figure, or its ratio to the floor, is to be.
    enum Target: Sendable {
        case atMost(Double)
        case atLeast(Double)
        case ratioAtMost(Double)
        case ratioAtLeast(Double)
    }

    /// The figure as a multiple of the floor.
    var ratio: Double? { floor.flatMap { $0 > 0 ? value / $0 : nil } }

    /// Whether the target is met; `nil` without one.
    var isMet: Bool? {
        switch target {
        case nil: nil
        case .atMost(let most): value <= most
        case .atLeast(let least): value >= least
        case .ratioAtMost(let most): ratio.map { $0 <= most }
        case .ratioAtLeast(let least): ratio.map { $0 >= least }
        }
    }

    var json: JSON {
        var object: JSONObject = [
            "workload": .string(workload), "name": .string(name), "value": .double(value),
        ]
        object["floor"] = floor.map(JSON.double)
        object["ratio"] = ratio.map(JSON.double)
        object["target"] = target.map { .string($0.text) }
        object["met"] = isMet.map(JSON.bool)
        return .object(object)
    }

    /// The columns of a table.
    var columns: [String] {
        [
            workload, name, Self.text(value), floor.map(Self.text) ?? "", ratio.map { Self.text($0) + " ×" } ?? "",
            target?.text ?? "", isMet.map { $0 ? "yes" : "no" } ?? "",
        ]
    }

    static let header = ["workload", "figure", "measured", "floor", "ratio", "target", "met"]

    static func text(_ value: Double) -> String {
        if abs(value) >= 1_000 { return String(Int(value.rounded())) }
        // A call for hundreds of items is a small part of a round trip for each.
        if abs(value) < 0.1, value != 0 { return String((value * 10_000).rounded() / 10_000) }
        let hundredths = Int((value * 100).rounded())
        return hundredths.isMultiple(of: 100) ? String(hundredths / 100) : String(Double(hundredths) / 100)
    }
}

extension Figure.Target {
    var text: String {
        switch self {
        case .atMost(let most): "≤ " + Figure.text(most)
        case .atLeast(let least): "≥ " + Figure.text(least)
        case .ratioAtMost(let most): "≤ " + Figure.text(most) + " ×"
        case .ratioAtLeast(let least): "≥ " + Figure.text(least) + " ×"
        }
    }
}
