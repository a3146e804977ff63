import Foundation
import Hummingbird
import Waitable

extension Request {
    /// The names and values of the URL's query, decoded. A name without `=` has an empty value.
    ///
    /// - Throws: `FieldError` where the bytes of a value are not text.
    var query: [(name: String, value: String)] {
        get throws(FieldError) {
            var query: [(name: String, value: String)] = []
            for parameter in (uri.query ?? "").split(separator: "&") {
                let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                let (name, value) = (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
                guard let decoded = value.removingPercentEncoding else {
                    throw FieldError(field: name, rule: "must be percent-encoded UTF-8", value: value)
                }
                query.append((name, decoded))
            }
            return query
        }
    }
}
