/// A set of labels, by name, in the form in which it is written.
struct Labels: Hashable, Comparable {
    private var pairs: [Pair]

    private struct Pair: Hashable {
        var name: String
        var value: String
    }

    /// What stands for every value past the limit of label sets.
    static let overflow = "other"

    /// Labels from names and values; of two with one name the first counts.
    init(_ dimensions: [(String, String)]) {
        var names: Set<Spelling> = []
        pairs = []
        for (name, value) in dimensions {
            let name = Name.ofLabel(name)
            if names.insert(name).inserted { pairs.append(Pair(name: name, value: value)) }
        }
        pairs.sort { $0.name < $1.name }
    }

    /// The same names, each with the value for what has no place.
    var overflowing: Labels {
        var labels = self
        for index in labels.pairs.indices { labels.pairs[index].value = Self.overflow }
        return labels
    }

    func adding(_ name: String, _ value: String) -> Labels {
        var labels = self
        labels.pairs.append(Pair(name: name, value: value))
        return labels
    }

    /// `{name="value",…}`; nothing where there is no label.
    var text: String {
        guard !pairs.isEmpty else { return "" }
        return "{" + pairs.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",") + "}"
    }

    private static func escaped(_ value: String) -> String {
        guard value.utf8.contains(where: { $0 == 0x22 || $0 == 0x5C || $0 == 0x0A }) else { return value }
        var text = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    static func < (left: Labels, right: Labels) -> Bool {
        for (one, other) in zip(left.pairs, right.pairs) where one != other {
            return one.name == other.name ? one.value < other.value : one.name < other.name
        }
        return left.pairs.count < right.pairs.count
    }
}
