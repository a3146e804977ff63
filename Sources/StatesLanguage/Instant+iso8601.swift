extension Instant {
    /// Reads an ISO 8601 extended offset date-time: `2026-01-31T09:30:00.5+02:00`.
    ///
    /// It needs the `T`, seconds, and an offset or `Z`; a fraction may have any length. A part of a millisecond counts
    /// as a whole one, so that what waits for the instant is never early.
    ///
    /// - Returns: `nil` for every other text, and for dates that do not exist.
    public init?(iso8601 text: String) {
        var text = text
        guard let instant = text.withUTF8(Instant.init(iso8601:)) else { return nil }
        self = instant
    }

    /// Reads the same from UTF-8.
    public init?(iso8601 utf8: UnsafeBufferPointer<UInt8>) {
        var reader = Digits(bytes: utf8)
        guard let year = reader.number(4), reader.skip("-"), let month = reader.number(2), reader.skip("-"),
            let day = reader.number(2), reader.skip("T"), let hour = reader.number(2), reader.skip(":"),
            let minute = reader.number(2), reader.skip(":"), let second = reader.number(2),
            (1...12).contains(month), day >= 1, day <= Self.days(inMonth: month, of: year), hour <= 23, minute <= 59,
            second <= 59, let fraction = reader.milliseconds(), let offset = reader.offset(), reader.isAtEnd
        else { return nil }
        let seconds = Self.days(toYear: year, month: month, day: day) * 86_400 + hour * 3_600 + minute * 60 + second
        self.init(milliseconds: (seconds - offset * 60) * 1_000 + fraction)
    }

    /// The instant in UTC with three digits of fraction: `2026-01-31T07:30:00.500Z`.
    public var iso8601: String {
        let days = Self.floor(milliseconds, by: 86_400_000)
        let rest = milliseconds - days * 86_400_000
        let (year, month, day) = Self.date(daysSinceEpoch: days)
        guard (0...9_999).contains(year) else { return "\(milliseconds)" }
        return String(unsafeUninitializedCapacity: 24) { utf8 in
            var position = 0
            func put(_ value: Int64, digits: Int, _ after: Unicode.Scalar) {
                var value = value
                var index = position + digits
                while index > position {
                    index -= 1
                    utf8[index] = UInt8(ascii: "0") + UInt8(value % 10)
                    value /= 10
                }
                utf8[position + digits] = UInt8(ascii: after)
                position += digits + 1
            }
            put(year, digits: 4, "-")
            put(month, digits: 2, "-")
            put(day, digits: 2, "T")
            put(rest / 3_600_000, digits: 2, ":")
            put(rest / 60_000 % 60, digits: 2, ":")
            put(rest / 1_000 % 60, digits: 2, ".")
            put(rest % 1_000, digits: 3, "Z")
            return position
        }
    }

    private static func floor(_ value: Int64, by divisor: Int64) -> Int64 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }

    private static func days(inMonth month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    // The two below count in years that begin in March, so that the leap day is a year's last: Howard Hinnant,
    // "chrono-Compatible Low-Level Date Algorithms".

    private static func days(toYear year: Int64, month: Int64, day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let era = floor(year, by: 400)
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func date(daysSinceEpoch: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let days = daysSinceEpoch + 719_468
        let era = floor(days, by: 146_097)
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }
}

/// A reader of fixed-width numbers.
private struct Digits {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func digit() -> Int64? {
        guard position < bytes.count, bytes[position] &- UInt8(ascii: "0") <= 9 else { return nil }
        position += 1
        return Int64(bytes[position - 1] - UInt8(ascii: "0"))
    }

    mutating func number(_ width: Int) -> Int64? {
        var value: Int64 = 0
        let end = position + width
        while position < end {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    /// The fraction of a second in milliseconds, rounded up; 0 where there is none.
    mutating func milliseconds() -> Int64? {
        guard skip(".") else { return 0 }
        guard var value = digit().map({ $0 * 100 }) else { return nil }
        var unit: Int64 = 10
        var rest = false
        while let digit = digit() {
            value += digit * unit
            if unit == 0, digit > 0 { rest = true }
            unit /= 10
        }
        return value + (rest ? 1 : 0)
    }

    /// The offset in minutes, of at most 18 hours.
    mutating func offset() -> Int64? {
        if skip("Z") { return 0 }
        let sign: Int64 = skip("+") ? 1 : skip("-") ? -1 : 0
        guard sign != 0, let hours = number(2), skip(":"), let minutes = number(2), minutes <= 59,
            hours * 60 + minutes <= 1_080
        else {
            return nil
        }
        return sign * (hours * 60 + minutes)
    }
}
