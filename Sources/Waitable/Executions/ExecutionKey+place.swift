extension ExecutionKey {
    /// Where an execution lies, as functions tell it: `machine:id`, or `{5}machine:id` where that is partition 5 and not the
    /// one in which it is told.
    ///
    /// - Returns: `nil` for what is no execution's name.
    static func read(place: String) -> (key: ExecutionKey, partition: Int?)? {
        guard place.utf8.first == UInt8(ascii: "{"), let end = place.utf8.firstIndex(of: UInt8(ascii: "}")),
            let partition = Int(place[place.utf8.index(after: place.startIndex)..<end])
        else { return ExecutionKey(member: place).map { ($0, nil) } }
        return ExecutionKey(member: String(place[place.utf8.index(after: end)...])).map { ($0, partition) }
    }

    /// The same of this one.
    func place(in partition: Int?) -> String { partition.map { "{\($0)}\(member)" } ?? member }
}
