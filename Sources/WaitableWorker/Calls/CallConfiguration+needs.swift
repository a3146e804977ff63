package import Waitable

extension CallConfiguration {
    /// Whether it provides what a task needs; `nil` where settings do not say.
    package func provides(_ need: TaskNeed) -> Bool? {
        switch need {
        case .adapter(let integration): adapter(of: integration) != nil
        case .function(let reference?): url(ofFunction: reference) != nil
        case .function(nil): otherFunctions != nil ? true : functions.isEmpty ? false : nil
        case .host(let url?): CallURL(url).map(allows) ?? false
        case .host(nil): hosts.isEmpty ? false : nil
        case .activity, .table, .machine: nil
        case .bucket(let name?): bucket(named: name) != nil
        case .bucket(nil): buckets.contains(where: \.isForOthers) ? true : buckets.isEmpty ? false : nil
        }
    }
}
