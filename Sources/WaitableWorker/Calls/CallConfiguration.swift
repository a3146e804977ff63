package import Waitable

/// What tasks may call.
package struct CallConfiguration: Sendable, Equatable {
    /// The URLs of functions, by their names.
    package var functions: [FunctionName: FunctionURL]
    /// The URL of all other functions.
    package var otherFunctions: FunctionURL?
    /// The hosts that `http:invoke` may call.
    package var hosts: [HostPattern]
    /// What carries out tasks of services that are not run here.
    package var adapters: [Adapter]
    /// Where the buckets are that map runs read items from, and write results to.
    package var buckets: [Bucket]
    /// What requests to S3 are signed with; `nil` for requests without a signature.
    package var storageCredentials: StorageCredentials?
    /// The most calls at once. Executions that ask for more come again a little later.
    package var limit: Int

    /// A configuration; without functions and hosts nothing is called.
    package init(
        functions: [FunctionName: FunctionURL] = [:],
        otherFunctions: FunctionURL? = nil,
        hosts: [HostPattern] = [],
        adapters: [Adapter] = [],
        buckets: [Bucket] = [],
        storageCredentials: StorageCredentials? = nil,
        limit: Int = 256
    ) {
        self.functions = functions
        self.otherFunctions = otherFunctions
        self.hosts = hosts
        self.adapters = adapters
        self.buckets = buckets
        self.storageCredentials = storageCredentials
        self.limit = limit
    }

    /// The URL of a function; `nil` where it has none.
    ///
    /// - Parameter reference: Its name or ARN; a version or an alias behind it counts for nothing.
    func url(ofFunction reference: String) -> CallURL? {
        guard let name = FunctionName(reference: reference) else { return nil }
        return (functions[name] ?? otherFunctions)?.url(of: name)
    }

    /// The adapter of a resource: of several, the one with the longest prefix; `nil` for none.
    package func adapter(of integration: OutsideIntegration) -> Adapter? {
        adapters.filter { $0.carriesOut(integration) }.max { $0.prefix.utf8.count < $1.prefix.utf8.count }
    }

    /// Where a bucket is; `nil` where no setting says.
    func bucket(named name: String?) -> Bucket? {
        guard let name else { return nil }
        return buckets.first { $0.name == name } ?? buckets.first { $0.isForOthers }
    }

    /// Whether `http:invoke` may call a URL.
    func allows(_ url: CallURL) -> Bool { hosts.contains { $0.allows(url.authority.host, port: url.port) } }
}
