/// What names an execution within a namespace: its state machine and its own name.
///
/// Its text, `machine:id`, is the member of the `due` set and the end of the execution's keys. A machine's name cannot
/// hold a colon (``ResourceName``), so the text is unambiguous. The name of an execution of an EXPRESS machine is the one
/// that it was given, a colon, and what makes it unique.
package struct ExecutionKey: Hashable, Sendable, CustomStringConvertible {
    /// The state machine's name.
    package var machine: String
    /// The execution's name; for the items of the waitable pattern, the item's Id.
    package var name: String

    /// A key from its parts, which are not checked here.
    package init(machine: String, name: String) {
        self.machine = machine
        self.name = name
    }

    /// A key from a member of the `due` set.
    ///
    /// - Parameter member: `machine:id`.
    /// - Returns: `nil` where the member has no colon: a bare Id, put there by hand.
    package init?(member: String) {
        var member = member
        guard let key = member.withUTF8({ ExecutionKey(member: $0) }) else { return nil }
        self = key
    }

    /// The same of its bytes.
    package init?(member: [UInt8]) {
        guard let key = member.withUnsafeBufferPointer({ ExecutionKey(member: $0) }) else { return nil }
        self = key
    }

    private init?(member: UnsafeBufferPointer<UInt8>) {
        guard let colon = member.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        machine = String(decoding: UnsafeBufferPointer(rebasing: member[..<colon]), as: UTF8.self)
        name = String(decoding: UnsafeBufferPointer(rebasing: member[(colon + 1)...]), as: UTF8.self)
    }

    /// The name that it was given.
    package var givenName: String {
        isExpress ? name.split(separator: ":", maxSplits: 1).first.map(String.init) ?? name : name
    }

    /// Whether it is of an EXPRESS machine.
    package var isExpress: Bool {
        let colon = UInt8(ascii: ":")
        return name.utf8.withContiguousStorageIfAvailable { $0.contains(colon) } ?? name.utf8.contains(colon)
    }

    /// `machine:id`, the member of the `due` set.
    package var member: String { machine + ":" + name }

    /// The same as ``member``.
    package var description: String { member }
}
