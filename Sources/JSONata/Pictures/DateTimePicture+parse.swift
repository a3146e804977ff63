extension DateTimePicture {
    /// Reads a moment; `nil` where the text does not have the picture's form.
    ///
    /// - Parameter now: Where the parts before the first one that is given come from.
    /// - Throws: `D3136` where a part in the middle is missing.
    func parse(_ text: String, now: Int64, _ budget: Budget) throws(JSONataError) -> Double? {
        guard let components = try components(text, budget), !components.isEmpty else { return nil }
        let form = try Form(components)
        var values = components
        try fill(&values, form, now)
        func value(_ letter: Unicode.Scalar) -> Int64 { Int64(max(-1e8, min(1e8, values[letter] ?? 0))) }
        // Years below 100 are of the twentieth century, as in JavaScript's `Date.UTC`.
        let year = (0..<100).contains(value("Y")) ? value("Y") + 1_900 : value("Y")
        let date =
            form.isByDayOfYear
            ? CivilDate(year: year, month: 1, day: value("d"))
            : CivilDate(year: year, month: max(1, value("M")), day: value("D"))
        var hour = value("H")
        if form.isByHalfDay { hour = value("h") % 12 + (value("P") == 1 ? 12 : 0) }
        let minutes = date.daysFromEpoch * 1_440 + hour * 60 + value("m") - (value("Z") + value("z"))
        return Double((minutes * 60 + value("s")) * 1_000 + value("f"))
    }

    /// What the text has for each component.
    private func components(_ text: String, _ budget: Budget) throws(JSONataError) -> [Unicode.Scalar: Double]? {
        var source = "^"
        for part in parts { source += "(" + (try pattern(of: part)) + ")" }
        let pattern = try Pattern(source + "$", flags: ["i"], at: 0)
        guard let match = try PatternSearch(pattern, text, budget).first() else { return nil }
        var components: [Unicode.Scalar: Double] = [:]
        for (part, group) in zip(parts, match.groups) {
            guard case .marker(let marker) = part, case .string(let text) = group else { continue }
            components[marker.component] = try value(of: text, marker)
        }
        return components
    }

    // MARK: Parts

    private func pattern(of part: Part) throws(JSONataError) -> String {
        switch part {
        case .literal(let text):
            return text.unicodeScalars.map {
                ".*+?^${}()|[]\\".unicodeScalars.contains($0) ? "\\" + String([$0]) : String([$0])
            }
            .joined()
        case .marker(let marker):
            if marker.component == "Z" || marker.component == "z" { return zonePattern(marker) }
            guard let integer = marker.integer else { return "[a-zA-Z]+" }
            return pattern(of: integer)
        }
    }

    private func zonePattern(_ marker: Marker) -> String {
        let hours = (marker.component == "z" ? "GMT" : "") + "[-+][0-9]+"
        guard let separator = separator(of: marker) else { return hours }
        return hours + "\\" + separator + "[0-9]+"
    }

    /// What stands between the hours and the minutes of a zone.
    private func separator(of marker: Marker) -> String? {
        guard let integer = marker.integer, integer.regularGroup > 0 else { return nil }
        return String([integer.groups[0].character])
    }

    private func pattern(of integer: IntegerPicture) -> String {
        let isUpper = integer.casing == .upper
        switch integer.form {
        case .letters: return isUpper ? "[A-Z]+" : "[a-z]+"
        case .roman: return isUpper ? "[MDCLXVI]+" : "[mdclxvi]+"
        case .words: return NumberWords.pattern
        case .decimal, .sequence:
            let digits = integer.width.map { "[0-9]{\(min($0, 100))}" } ?? "[0-9]+"
            return digits + (integer.isOrdinal ? "(?:th|st|nd|rd)" : "")
        }
    }

    private func value(of text: String, _ marker: Marker) throws(JSONataError) -> Double? {
        switch marker.component {
        case "Z", "z": return minutes(text, marker)
        case "f":
            // A fraction, of which the first three digits count.
            return Double("0." + text).map { ($0 * 1_000).rounded(.down) }
        default: break
        }
        if let integer = marker.integer { return try integer.parse(text) }
        switch marker.component {
        case "M", "x": return Self.number(of: text, among: Self.months, marker)
        case "F": return Self.number(of: text, among: Self.days, marker)
        case "P": return text.lowercased() == "pm" ? 1 : text.lowercased() == "am" ? 0 : nil
        default: throw JSONataError(.d3133, fields: [("value", JSON.string(String([marker.component])).text)])
        }
    }

    private static func number(of text: String, among names: [String], _ marker: Marker) -> Double? {
        let text = text.lowercased()
        return names.firstIndex { name in
            (marker.most.map { name.prefix(codePoints: max(0, $0)) } ?? name).lowercased() == text
        }.map { Double($0 + 1) }
    }

    /// The minutes east of Greenwich.
    private func minutes(_ text: String, _ marker: Marker) -> Double? {
        var text = text
        if marker.component == "z" { text = String(decoding: text.utf8.dropFirst(3), as: UTF8.self) }
        let isWest = text.hasPrefix("-")
        var digits = String(decoding: text.utf8.dropFirst(), as: UTF8.self)
        var minutes = 0.0
        if let separator = separator(of: marker), let position = digits.utf8Position(of: separator, from: 0) {
            minutes = Double(digits.utf8Part((position + separator.utf8.count)..<digits.utf8.count)) ?? 0
            digits = digits.utf8Part(0..<position)
        } else if digits.utf8.count > 2 {
            minutes = Double(digits.utf8Part(2..<digits.utf8.count)) ?? 0
            digits = digits.utf8Part(0..<2)
        }
        let value = (Double(digits) ?? 0) * 60 + minutes
        return isWest ? -value : value
    }

    // MARK: What belongs together

    /// By which components a date and a time are given.
    private struct Form {
        let isByDayOfYear: Bool
        let isByHalfDay: Bool
        /// From the year down.
        let components: [Unicode.Scalar]

        init(_ given: [Unicode.Scalar: Double]) throws(JSONataError) {
            func has(only letters: String, of all: String) -> Bool {
                let present = all.unicodeScalars.filter { given[$0].map { $0 != 0 } ?? false }
                return !present.isEmpty && present.allSatisfy { letters.unicodeScalars.contains($0) }
            }
            let dates = "YXMxWwdD"
            let isByDay = has(only: "YMD", of: dates)
            isByDayOfYear = !isByDay && has(only: "Yd", of: dates)
            // Dates by weeks are written, but not read.
            if has(only: "XxwF", of: dates) || has(only: "XWF", of: dates) { throw JSONataError(.d3136) }
            let times = "PHhmsf"
            isByHalfDay = !has(only: "Hmsf", of: times) && has(only: "Phmsf", of: times)
            components = Array(((isByDayOfYear ? "Yd" : "YMD") + (isByHalfDay ? "Phmsf" : "Hmsf")).unicodeScalars)
        }
    }

    /// Gives each missing component a value: those before the first given one as they are now, those behind the last one
    /// as they begin.
    private func fill(_ values: inout [Unicode.Scalar: Double], _ form: Form, _ now: Int64) throws(JSONataError) {
        let moment = Moment(milliseconds: now)
        var (hasBegun, hasEnded) = (false, false)
        for letter in form.components {
            if values[letter] != nil {
                hasBegun = true
                if hasEnded { throw JSONataError(.d3136) }
            } else if hasBegun {
                values[letter] = "MDd".unicodeScalars.contains(letter) ? 1 : 0
                hasEnded = true
            } else {
                values[letter] = Double(moment.component(letter))
            }
        }
    }
}
