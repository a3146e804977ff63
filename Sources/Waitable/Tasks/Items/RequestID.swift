/// Ids of DynamoDB requests: 52 capitals and digits. They are derived, so that a step that is run again gives the same
/// output.
enum RequestID {
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUV".utf8)

    /// The id of one task's request.
    ///
    /// - Parameters:
    ///   - seed: What the execution is called.
    ///   - task: The task's id in it.
    static func derive(from seed: String, task: Int) -> String {
        // FNV-1a of the seed, then SplitMix64.
        var state: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in seed.utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
        state ^= UInt64(bitPattern: Int64(task)) &* 0x9E37_79B9_7F4A_7C15
        var text: [UInt8] = []
        while text.count < 52 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = state
            word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
            word ^= word >> 31
            for _ in 0..<12 where text.count < 52 {
                text.append(alphabet[Int(word & 31)])
                word >>= 5
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
