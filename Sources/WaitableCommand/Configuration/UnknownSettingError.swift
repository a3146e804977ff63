/// A name that no setting has, where one has to stand.
struct UnknownSettingError: Error, CustomStringConvertible {
    /// The names, each with the nearest one that a setting has; `nil` where none is near.
    private let names: [(given: String, nearest: String?)]
    /// Where they stand; `nil` for the environment.
    private let file: String?

    /// - Returns: `nil` where all names are known.
    /// - Parameters:
    ///   - prefix: What all names begin with.
    ///   - file: The path of the configuration file that has them; `nil` for the environment.
    init?(_ given: [String], known: [String], prefix: String = "", file: String? = nil) {
        names = given.filter { !known.contains($0) }.sorted().map { name in
            (name, Self.nearest(to: name, in: known, prefix: prefix))
        }
        self.file = file
        if names.isEmpty { return nil }
    }

    var description: String { lines.joined(separator: "; ") }

    /// A line for each name. The values are not repeated: one may be a password.
    var lines: [String] {
        let place = file.map { "the configuration file '\($0)'" } ?? "the environment"
        return names.map { given, nearest in
            let hint = nearest.map { "the nearest is \($0)" } ?? "waitable help settings lists them"
            return "\(given): must be a setting in \(place); \(hint)"
        }
    }

    /// The name that the fewest changes lead to, and no more than one for each three letters.
    private static func nearest(to name: String, in known: [String], prefix: String) -> String? {
        // Nothing that anybody would want to read is longer.
        let letters = Array(name.lowercased().utf8.prefix(128))
        let most = max(1, (letters.count - prefix.utf8.count) / 3)
        let distances = known.map { ($0, distance(Array($0.lowercased().utf8), letters)) }
        guard let nearest = distances.min(by: { $0.1 < $1.1 }), nearest.1 <= most else { return nil }
        return nearest.0
    }

    /// How many bytes have to be put in, left out, replaced, or swapped with the next one.
    private static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
        var before: [Int] = []
        var last = Array(0...other.count)
        for i in one.indices {
            var row = [i + 1]
            for j in other.indices {
                var least = min(last[j] + (one[i] == other[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, one[i] == other[j - 1], one[i - 1] == other[j] {
                    least = min(least, before[j - 1] + 1)
                }
                row.append(least)
            }
            (before, last) = (last, row)
        }
        return last[other.count]
    }
}
