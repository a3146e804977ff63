import Foundation
import Hummingbird
import Waitable

extension BasicRequestContext {
    /// A part of the path, without its percent signs.
    ///
    /// - Parameters:
    ///   - name: What the route calls it.
    ///   - field: What callers call it.
    /// - Throws: `FieldError` where the bytes are not text.
    func decoded(_ name: String, as field: String) throws -> String {
        let text = try parameters.require(name)
        guard let decoded = text.removingPercentEncoding else {
            throw FieldError(field: field, rule: "must be percent-encoded UTF-8", value: text)
        }
        return decoded
    }
}
