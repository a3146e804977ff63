import StatesLanguage
import Testing

@Suite("Instants", .timeLimit(.minutes(1)))
struct InstantTests {
    @Test(
        "an ISO 8601 date-time is read, a part of a millisecond counting as a whole one",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00.001Z", 1), ("1969-12-31T23:59:59.999Z", -1),
            ("2026-11-23T04:08:41.123Z", 1_795_406_921_123), ("2026-11-23T04:08:41.1Z", 1_795_406_921_100),
            ("2026-11-23T04:08:41.1230000000Z", 1_795_406_921_123),
            ("2026-11-23T04:08:41.1230000001Z", 1_795_406_921_124),
            ("2026-11-23T04:08:41.9999Z", 1_795_406_922_000),
            ("2026-11-23T05:08:41.123+01:00", 1_795_406_921_123),
            ("2026-11-22T22:38:41.123-05:30", 1_795_406_921_123),
            ("2024-02-29T00:00:00Z", 1_709_164_800_000), ("2000-02-29T00:00:00Z", 951_782_400_000),
            ("0001-01-01T00:00:00Z", -62_135_596_800_000), ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
        ] as [(String, Int64)]
    )
    func reading(text: String, milliseconds: Int64) {
        #expect(Instant(iso8601: text)?.milliseconds == milliseconds)
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", "2026-11-23", "2026-11-23T04:08:41", "2026-11-23 04:08:41Z", "2026-11-23T04:08Z",
            "2026-11-23T04:08:41.Z", "2026-11-23T04:08:41z", "2026-11-23T04:08:41+0100", "2026-11-23T04:08:41+19:00",
            "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-04-31T00:00:00Z",
            "1900-02-29T00:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23T04:60:00Z", "2026-11-23T04:08:60Z",
            "2026-11-23T04:08:41Z ", " 2026-11-23T04:08:41Z", "26-11-23T04:08:41Z", "1795406921",
            "2026-11-23T04:08:41.12٣Z",
            "2026-11-23T04:08:41+18:01", "2026-11-23T04:08:41-18:30", "2026-11-23T04:08:41+01:60",
        ]
    )
    func refusal(text: String) {
        #expect(Instant(iso8601: text) == nil)
    }

    @Test("what is written is read as the same instant")
    func identity() {
        var random = SeededRandom(seed: 3)
        for _ in 0..<5_000 {
            let instant = Instant(milliseconds: .random(in: -62_135_596_800_000...253_402_300_799_999, using: &random))
            #expect(Instant(iso8601: instant.iso8601) == instant, "\(instant.iso8601)")
        }
        #expect(Instant(milliseconds: 1_795_406_921_003).iso8601 == "2026-11-23T04:08:41.003Z")
    }

    @Test("seconds are added without being early, milliseconds without overflow")
    func adding() {
        let instant = Instant(milliseconds: 1_000)
        #expect(instant.adding(seconds: 1.5).milliseconds == 2_500)
        #expect(instant.adding(seconds: 0.0001).milliseconds == 1_001)
        #expect(instant.adding(seconds: .infinity) > instant)
        #expect(instant.adding(milliseconds: .max) == Instant(milliseconds: .max))
        #expect(instant.epochSeconds == .double(1))
        #expect(Instant(milliseconds: 1_795_406_921_123).epochSeconds == .double(1_795_406_921.123))
    }

    @Test(
        "any number has its instant, the first or the last one where it has none of its own",
        arguments: [
            (0, 0), (1.9, 1), (-1.1, -2), (1e300, 253_402_300_799_999), (.infinity, 253_402_300_799_999),
            (-.infinity, -62_167_219_200_000), (-1e300, -62_167_219_200_000), (9.3e18, 253_402_300_799_999),
            (.nan, nil),
        ] as [(Double, Int64?)]
    )
    func clamping(number: Double, milliseconds: Int64?) {
        #expect(Instant(clamping: number)?.milliseconds == milliseconds)
    }

    @Test("any number of seconds can be added", arguments: [1e300, -1e300, .infinity, -.infinity])
    func addingSeconds(seconds: Double) {
        let start = Instant(milliseconds: 1_795_406_921_123)
        #expect((start.adding(seconds: seconds) > start) == (seconds > 0))
    }
}
