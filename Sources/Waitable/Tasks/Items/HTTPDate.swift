import StatesLanguage

/// Instants in HTTP headers: `Mon, 23 Nov 2026 04:08:41 GMT` (RFC 9110).
enum HTTPDate {
    static func text(_ instant: Instant) -> String {
        let days =
            instant.milliseconds >= 0
            ? instant.milliseconds / 86_400_000 : (instant.milliseconds - 86_399_999) / 86_400_000
        let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][Int(((days % 7) + 7) % 7)]
        let parts = instant.iso8601.split { $0 == "-" || $0 == "T" || $0 == "." }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard parts.count >= 4, let month = Int(parts[1]), months.indices.contains(month - 1) else { return "" }
        return "\(weekday), \(parts[2]) \(months[month - 1]) \(parts[0]) \(parts[3]) GMT"
    }
}
