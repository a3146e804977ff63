/// Random numbers of a step that are the same whenever the step is made again: SplitMix64, seeded by the execution and
/// the event. Jitter needs to differ between executions, not to be unforeseeable.
struct StepRandom: RandomNumberGenerator {
    private var state: UInt64

    init(execution: String, event: Int) {
        state = 0xCBF2_9CE4_8422_2325
        for byte in execution.utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
        state ^= UInt64(event) &* 0x9E37_79B9_7F4A_7C15
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
