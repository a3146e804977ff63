/// A name that no setting has, where one has to stand.
struct UnknownSettingError: Error, CustomStringConvertible {
    /// The names, each with the nearest one that a setting has.
    private let names: [(given: String, nearest: String)]
    /// Where they stand; `nil` for the environment.
    private let file: String?

    /// - Returns: `nil` where all names are known.
    /// - Parameter file: The path of the configuration file that has them; `nil` for the environment.
    init?(_ given: [String], known: [String], file: String? = nil) {
        names = given.filter { !known.contains($0) }.sorted().map { ($0, Self.nearest(to: $0, in: known)) }
        self.file = file
        if names.isEmpty { return nil }
    }

    /// The values are not repeated: one may be a password.
    var description: String {
        let place = file.map { "the configuration file '\($0)'" } ?? "the environment"
        return names.map { "\($0.given): must be a setting in \(place); the nearest is \($0.nearest)" }
            .joined(separator: "\nwaitable: ")
    }

    /// The name that the fewest changes lead to.
    private static func nearest(to name: String, in known: [String]) -> String {
        // Nothing that anybody would want to read is longer.
        let name = Array(name.lowercased().utf8.prefix(128))
        return known.map { ($0, distance(Array($0.lowercased().utf8), name)) }.min { $0.1 < $1.1 }?.0 ?? ""
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
