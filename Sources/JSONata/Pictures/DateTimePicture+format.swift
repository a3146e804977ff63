extension DateTimePicture {
    /// Writes a moment.
    ///
    /// - Parameters:
    ///   - milliseconds: Since 1970 in UTC.
    ///   - zone: The offset from UTC, such as `-0500`.
    func format(_ milliseconds: Int64, zone: String?) throws(JSONataError) -> String {
        let offset = Self.offset(zone)
        let moment = Moment(milliseconds: milliseconds + Int64(offset.hours * 60 + offset.minutes) * 60_000)
        var text = ""
        for part in parts {
            switch part {
            case .literal(let literal): text += literal
            case .marker(let marker): text += try format(moment, offset, marker)
            }
        }
        return text
    }

    /// The hours and minutes of a number such as `-0530`.
    private static func offset(_ zone: String?) -> (hours: Int, minutes: Int) {
        guard let zone else { return (0, 0) }
        let digits = zone.unicodeScalars.drop { $0 == "+" || $0 == "-" }.prefix { ("0"..."9").contains($0) }.prefix(4)
        let value = (Int(String(digits)) ?? 0) * (zone.hasPrefix("-") ? -1 : 1)
        return (value / 100, value % 100)
    }

    private func format(
        _ moment: Moment,
        _ offset: (hours: Int, minutes: Int),
        _ marker: Marker
    ) throws(JSONataError) -> String {
        switch marker.component {
        case "Z", "z": return try format(offset, marker)
        case "P":
            let text = moment.hour < 12 ? "am" : "pm"
            return marker.names == .upper ? text.uppercased() : text
        case "C", "E": return "ISO"
        case "f":
            // Milliseconds.
            return try marker.integer?.format(Double(moment.millisecond)) ?? ""
        default: break
        }
        var value = moment.component(marker.component)
        if marker.component == "Y", let digits = marker.yearDigits, digits < 18 {
            value %= (0..<max(0, digits)).reduce(Int64(1)) { power, _ in power * 10 }
        }
        guard let names = marker.names else { return try marker.integer?.format(Double(value)) ?? "" }
        var name: String
        switch marker.component {
        case "M", "x": name = Self.months[Int(value) - 1]
        case "F": name = Self.days[Int(value) - 1]
        default: throw JSONataError(.d3133, fields: [("value", JSON.string(String([marker.component])).text)])
        }
        if names == .upper { name = name.uppercased() }
        if names == .lower { name = name.lowercased() }
        return marker.most.map { name.prefix(codePoints: max(0, $0)) } ?? name
    }

    private func format(_ offset: (hours: Int, minutes: Int), _ marker: Marker) throws(JSONataError) -> String {
        let value = offset.hours * 100 + offset.minutes
        if value == 0, marker.isTraditional { return "Z" }
        guard let integer = marker.integer else { return "" }
        var text: String
        if integer.regularGroup > 0 {
            text = try integer.format(Double(value))
        } else {
            switch integer.mandatoryDigits {
            case 1, 2:
                text = try integer.format(Double(offset.hours))
                if offset.minutes != 0 { text += ":" + (try IntegerPicture("00").format(Double(abs(offset.minutes)))) }
            case 3, 4: text = try integer.format(Double(value))
            default:
                throw JSONataError(.d3134, fields: [("value", String(integer.mandatoryDigits))])
            }
        }
        return (marker.component == "z" ? "GMT" : "") + (value >= 0 ? "+" : "") + text
    }
}
