extension Settings {
    /// The settings of a command that works on Redis itself, and says so where an ingest is named too.
    ///
    /// - Throws: ``SettingError`` where an ingest is named and no Redis: the one at the default URL may be another one.
    init(onRedis flags: SettingFlags, more: [(Setting, String?)] = [], command: String) throws {
        try self.init(flags: flags, more: more, process: command)
        guard let url else { return }
        guard redisIsRequired else {
            throw located(
                SettingError(
                    .url,
                    "must be left out, as \(command) works on Redis itself, or \(Setting.redisURL.environment) be given too",
                    url
                )
            )
        }
        Notice.say("\(command) works on Redis (\(redis)), not on the ingest of \(Setting.url.environment) (\(url))")
    }
}
