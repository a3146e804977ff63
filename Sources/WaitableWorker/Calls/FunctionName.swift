import Waitable

/// The name of a function: 1 to 64 letters, digits, `-` and `_`, as AWS has it.
package struct FunctionName: Sendable, Hashable {
    /// The name.
    package let text: String

    /// Reads a name; `nil` where the text is none.
    package init?(_ text: some StringProtocol) {
        guard (1...64).contains(text.utf8.count),
            text.utf8.allSatisfy({ $0.isASCIIAlphanumeric || "-_".utf8.contains($0) })
        else { return nil }
        self.text = String(text)
    }

    /// Reads what a task calls a function by: its name, `ACCOUNT:function:NAME` or its ARN, each with a version or an
    /// alias behind it, which counts for nothing.
    init?(reference: String) {
        let parts = reference.split(separator: ":", omittingEmptySubsequences: false)
        let names: ArraySlice<Substring>
        switch parts.count {
        case 1...2: names = parts[...]
        case 3...4 where parts[1] == "function": names = parts[2...]
        case 7...8 where parts[0] == "arn" && parts[2] == "lambda" && parts[5] == "function": names = parts[6...]
        default: return nil
        }
        guard let name = names.first else { return nil }
        self.init(name)
    }
}
