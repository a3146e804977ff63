/// A moment as the parts of a date and a time.
struct Moment {
    private let days: Int64
    private let date: CivilDate
    /// Milliseconds since midnight.
    private let time: Int64

    init(milliseconds: Int64) {
        let day: Int64 = 86_400_000
        days = (milliseconds >= 0 ? milliseconds : milliseconds - day + 1) / day
        time = milliseconds - days * day
        date = CivilDate(daysFromEpoch: days)
    }

    var hour: Int64 { time / 3_600_000 }
    var millisecond: Int64 { time % 1_000 }

    /// The number of a component, by its letter in a picture.
    func component(_ letter: Unicode.Scalar) -> Int64 {
        switch letter {
        case "Y": date.year
        case "M": date.month
        case "D": date.day
        case "d": days - CivilDate(year: date.year, month: 1, day: 1).daysFromEpoch + 1
        case "F": CivilDate.weekday(daysFromEpoch: days)
        case "W": weekOfYear
        case "w": weekOfMonth
        case "X": yearOfWeek
        case "x": monthOfWeek
        case "H": hour
        case "h": hour % 12 == 0 ? 12 : hour % 12
        case "P": hour < 12 ? 0 : 1
        case "m": time / 60_000 % 60
        case "s": time / 1_000 % 60
        case "f": millisecond
        default: 0
        }
    }

    // MARK: Weeks

    /// The Monday of the first week that has most of its days in a month.
    private func firstWeek(_ year: Int64, _ month: Int64) -> Int64 {
        let first = CivilDate(year: year, month: month, day: 1).daysFromEpoch
        let weekday = CivilDate.weekday(daysFromEpoch: first)
        return weekday > 4 ? first + 8 - weekday : first - weekday + 1
    }

    private func weeks(from start: Int64) -> Int64 { (days - start) / 7 + 1 }

    private var weekOfYear: Int64 {
        let start = firstWeek(date.year, 1)
        if days < start { return weeks(from: firstWeek(date.year - 1, 1)) }
        return days >= firstWeek(date.year + 1, 1) ? 1 : weeks(from: start)
    }

    private var weekOfMonth: Int64 {
        let start = firstWeek(date.year, date.month)
        if days < start { return weeks(from: firstWeek(date.year, date.month - 1)) }
        return days >= firstWeek(date.year, date.month + 1) ? 1 : weeks(from: start)
    }

    /// The year that the week belongs to.
    private var yearOfWeek: Int64 {
        if days < firstWeek(date.year, 1) { return date.year - 1 }
        return days >= firstWeek(date.year + 1, 1) ? date.year + 1 : date.year
    }

    /// The month that the week belongs to.
    private var monthOfWeek: Int64 {
        if days < firstWeek(date.year, date.month) { return date.month == 1 ? 12 : date.month - 1 }
        return days >= firstWeek(date.year, date.month + 1) ? date.month % 12 + 1 : date.month
    }
}
