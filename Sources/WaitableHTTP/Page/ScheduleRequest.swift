import StatesLanguage
import Waitable

/// The window that `GET /schedule` is asked for.
struct ScheduleRequest: Sendable {
    /// Where it begins: now, where nothing else is said.
    var from: Instant
    /// Where it ends: an hour later.
    var to: Instant
    /// In how many parts it is counted, 1 to 200.
    var buckets = 60

    /// Reads `from`, `to` and `buckets`.
    ///
    /// - Throws: `FieldError` for an unknown name or a bad value.
    init(_ query: [(name: String, value: String)], now: Instant) throws(FieldError) {
        var (first, last): (Instant?, Instant?)
        for (name, value) in query {
            switch name {
            case "from": first = try Instant(value, field: name)
            case "to": last = try Instant(value, field: name)
            case "buckets":
                guard let number = Int(value), (1...200).contains(number) else {
                    throw FieldError(field: name, rule: "must be a whole number from 1 to 200", value: value)
                }
                buckets = number
            default:
                throw FieldError(field: name, rule: "must not be there: only from, to and buckets are", value: value)
            }
        }
        from = first ?? now
        to = last ?? Instant(milliseconds: from.milliseconds + 3_600_000)
        guard to.milliseconds - from.milliseconds >= Int64(buckets) else {
            throw FieldError(
                field: "to",
                rule: "must be after from, by at least a millisecond for each bucket",
                value: to.iso8601
            )
        }
    }
}
