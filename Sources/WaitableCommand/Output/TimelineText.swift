import StatesLanguage

/// An execution's timeline for people.
enum TimelineText {
    /// A row for each event.
    static func text(of timeline: JSON) -> String {
        var table = Table(header: ["AT", "EVENT", "WORKER", "WHAT"])
        for event in timeline.objectValue?["events"]?.arrayValue ?? [] {
            let event = event.objectValue ?? [:]
            table.rows.append(["at", "event", "worker"].map { event[$0]?.stringValue ?? "" } + [what(event)])
        }
        return table.text
    }

    /// What an event tells beside its kind: states, tries, errors, what is waited for.
    private static func what(_ event: JSONObject) -> String {
        func text(_ name: String, _ words: (String) -> String) -> String? { event[name]?.stringValue.map(words) }
        var parts: [String?] = []
        if let states = event["states"]?.arrayValue {
            parts.append(states.compactMap(\.stringValue).joined(separator: ", "))
        }
        parts.append(text("state") { $0 })
        parts.append(event["attempt"]?.integerValue.map { "attempt \($0)" })
        parts.append(event["lostLeases"]?.integerValue.map { "\($0) lost leases before" })
        parts.append(text("for") { "waits for: \($0)" })
        parts.append(text("resource") { $0 })
        parts.append(text("to") { "to \($0)" })
        parts.append(text("until") { "until \($0)" })
        parts.append(text("error") { "error \($0)" })
        parts.append(text("cause") { $0 })
        parts.append(text("retryAt") { "again at \($0)" })
        return parts.compactMap(\.self).joined(separator: "; ")
    }
}
