/// The stored form of a flow. What is usual is left out.
///
/// | member | meaning | left out |
/// | --- | --- | --- |
/// | `l` | id of the last event of all | same as `p` |
/// | `t` | deadline, Unix ms | none |
/// | others | the root's, as ``Cursor`` has them | |
extension Flow {
    /// The stored form.
    public var json: JSON {
        var object = JSONObject()
        root.writePlace(to: &object)
        if lastEventID != root.previousID { object["l"] = .integer(Int64(lastEventID)) }
        object["t"] = deadline.map { .integer($0.milliseconds) }
        root.writeWork(to: &object)
        return .object(object)
    }

    /// Reads the stored form.
    ///
    /// - Throws: ``FlowError`` naming the member that is missing, of the wrong type or out of range.
    public init(json: JSON) throws(FlowError) {
        guard let object = json.objectValue else { throw FlowError(reason: "it is no object") }
        root = try Cursor(object)
        lastEventID = try FlowMember.count(object["l"], "l") ?? root.previousID
        deadline = try FlowMember.instant(object["t"], "t")
    }
}

/// A stored flow that cannot be read.
public struct FlowError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong with it.
    public var reason: String

    /// The same as ``reason``.
    public var description: String { reason }
}

/// Members of a stored flow that mean a number.
enum FlowMember {
    static func instant(_ json: JSON?, _ member: String) throws(FlowError) -> Instant? {
        guard let json else { return nil }
        guard let milliseconds = json.integerValue else {
            throw FlowError(reason: "its '\(member)' is no instant: \(json.text)")
        }
        return Instant(milliseconds: milliseconds)
    }

    /// A number of events or retries: within what steps can count on from without overflow.
    static func count(_ json: JSON?, _ member: String) throws(FlowError) -> Int? {
        guard let json else { return nil }
        guard let value = json.integerValue, (0...100_000_000_000).contains(value) else {
            throw FlowError(reason: "its '\(member)' is no count: \(json.text)")
        }
        return Int(value)
    }
}
