/// What tasks may call.
public struct CallConfiguration: Sendable, Equatable {
    /// The URLs of functions, by their names; `*` stands for all others, and `{name}` in its URL for the name.
    public var functions: [Spelling: String]
    /// The hosts that `http:invoke` may call: `api.example.com`, `*.example.com`, with `:port` for one port only.
    public var hosts: [String]
    /// The most calls at once. Executions that ask for more come again a little later.
    public var limit: Int

    /// A configuration; without functions and hosts nothing is called.
    public init(functions: [Spelling: String] = [:], hosts: [String] = [], limit: Int = 256) {
        self.functions = functions
        self.hosts = hosts
        self.limit = limit
    }

    /// The URL of a function; `nil` where it has none.
    ///
    /// - Parameter name: Its name or ARN; a version or an alias behind it counts for nothing.
    func url(ofFunction name: String) -> String? {
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        let short = String(parts.count > 6 ? parts[6] : parts[0])
        return functions[short] ?? functions["*"].map { $0.replacing("{name}", with: short) }
    }

    /// Whether `http:invoke` may call a host.
    func allows(host: String, port: Int) -> Bool {
        hosts.contains { pattern in
            let parts = pattern.split(separator: ":", maxSplits: 1)
            guard let name = parts.first, parts.count == 1 || Int(parts[1]) == port else { return false }
            return name.hasPrefix("*.")
                ? host.lowercased().hasSuffix(name.dropFirst().lowercased())
                : host.lowercased() == name.lowercased()
        }
    }
}
