import Foundation

/// Names for executions whose caller gave none.
enum UUIDv4 {
    /// A random UUID in lower case, 36 characters, as AWS writes them.
    static func make() -> String { UUID().uuidString.lowercased() }
}
