/// A day of the Gregorian calendar.
struct CivilDate {
    let year: Int64
    /// From 1.
    let month: Int64
    let day: Int64

    init(year: Int64, month: Int64, day: Int64) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// The day so many days after 1970-01-01.
    init(daysFromEpoch days: Int64) {
        // Years are counted from March on, so that the leap day is the last one; 400 of them always have as many days.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// How many days it is after 1970-01-01. A month or a day beyond its bounds counts on into the next ones.
    var daysFromEpoch: Int64 {
        let months = year * 12 + month - 1
        let year = (months >= 0 ? months : months - 11) / 12
        let month = months - year * 12 + 1
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    static func days(inMonth month: Int64, of year: Int64) -> Int64 {
        CivilDate(year: year, month: month + 1, day: 1).daysFromEpoch
            - CivilDate(year: year, month: month, day: 1).daysFromEpoch
    }

    /// The day of the week of a day: 1 is Monday, 7 is Sunday.
    static func weekday(daysFromEpoch days: Int64) -> Int64 { ((days + 3) % 7 + 7) % 7 + 1 }
}
