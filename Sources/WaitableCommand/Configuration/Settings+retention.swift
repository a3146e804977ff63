import WaitableWorker

extension Settings {
    /// How long closed executions stay.
    static func retention(
        _ source: SettingSource,
        itemTable: String
    ) throws(SettingError) -> RetentionConfiguration {
        RetentionConfiguration(
            ageMilliseconds: try age(try source.text(.retentionAge)),
            count: try source.optional(.retentionCount) == nil
                ? nil : try source.integer(.retentionCount, 0...1_000_000_000),
            itemTable: try source.flag(.retentionItems) ? itemTable : nil,
            intervalMilliseconds: try source.integer(.retentionIntervalMs, 100...3_600_000)
        )
    }

    /// Reads `90d`, `12h`, `30m`, `45s` as milliseconds; `nil` for `off`.
    private static func age(_ text: String) throws(SettingError) -> Int64? {
        if text == "off" { return nil }
        let units: [Unicode.Scalar: Int64] = ["s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
        let longest: Int64 = 36_500 * 86_400_000
        guard let last = text.unicodeScalars.last, let unit = units[last],
            let number = UInt32(String(text.unicodeScalars.dropLast())).map(Int64.init), number <= longest / unit
        else {
            throw SettingError(
                .retentionAge,
                "must be a whole number with s, m, h or d, at most 36500d, such as 90d, or off",
                text
            )
        }
        return number * unit
    }
}
