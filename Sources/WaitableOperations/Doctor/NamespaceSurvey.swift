package import StatesLanguage
import WaitableRedis

/// Which namespaces and partitions the keys of a Redis are of.
package struct NamespaceSurvey: Sendable, Equatable {
    /// The partitions of each namespace, in order.
    package private(set) var partitions: [Spelling: Set<Int>] = [:]

    /// The most that are told apart: other software may have keys that look alike.
    private static let most = 1_000
    /// Keys that every partition in use has at least one of.
    private static let marks = [":due", ":closed", ":machines"].map { Array($0.utf8) }

    /// An empty survey.
    package init() {}

    /// Looks at a key.
    mutating func add(_ key: [UInt8]) {
        // The expression costs far more than a look at the end, and nearly all keys end otherwise.
        guard Self.marks.contains(where: { key.suffix($0.count).elementsEqual($0) }),
            let text = String(validating: key, as: UTF8.self),
            let match = text.wholeMatch(of: /([A-Za-z0-9._-]{1,64}):\{([0-9]{1,6})\}:[a-z]+/),
            let partition = Int(match.2), partitions.count < Self.most
        else { return }
        partitions[String(match.1), default: []].insert(partition)
    }

    /// `[{"name","partitions":[0]}]`
    package var json: JSON {
        .array(
            partitions.sorted { $0.key < $1.key }.map { name, numbers in
                .object([
                    "name": .string(name.text), "partitions": .array(numbers.sorted().map { .integer(Int64($0)) }),
                ])
            }
        )
    }
}
