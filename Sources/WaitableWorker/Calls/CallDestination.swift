import StatesLanguage
import Waitable

/// Whom calls keep busy: what a worker's operator has named. Callers cannot make more of them by other names.
enum CallDestination: Hashable {
    /// A function that has a URL of its own.
    case function(FunctionName)
    /// All functions that have none.
    case otherFunctions
    /// The hosts that one pattern allows.
    case hosts(HostPattern)
    /// An adapter, by the prefix of its resources.
    case adapter(Spelling)
    /// The Step Functions API, in this process.
    case operations
    /// A bucket's place, by the name that the setting has for it.
    case bucket(Spelling)
}

extension CallConfiguration {
    /// Whom a call keeps busy; `nil` for one that is refused without being made.
    func destination(of target: OutsideCall.Target) -> CallDestination? {
        switch target {
        case .function(let reference, _, _):
            guard let name = FunctionName(reference: reference) else { return nil }
            if functions[name] != nil { return .function(name) }
            return otherFunctions == nil ? nil : .otherFunctions
        case .http(let parameters):
            guard let url = CallURL(parameters["ApiEndpoint"]?.stringValue ?? "") else { return nil }
            return hosts.first { $0.allows(url.authority.host, port: url.port) }.map(CallDestination.hosts)
        case .integration(let request) where request.integration.service == OperationCaller.service: return .operations
        case .integration(let request):
            return adapter(of: request.integration).map { CallDestination.adapter(Spelling($0.prefix)) }
        case .transfer(let request):
            return bucket(named: request.bucketName).map { CallDestination.bucket(Spelling($0.name)) }
        }
    }
}
