/// The stored form of a flow. What is usual is left out.
///
/// | member | meaning | left out |
/// | --- | --- | --- |
/// | `l` | id of the last event of all | same as `p` |
/// | `t` | deadline, Unix ms | none |
/// | `e` | the root's instant, as ``Cursor`` has it | the start, where that is known |
/// | others | the root's, as ``Cursor`` has them | |
extension Flow {
    /// The stored form.
    public var json: JSON { json(since: nil) }

    /// The stored form of an execution's flow.
    ///
    /// - Parameter start: When the execution was started; `nil` where the reader will not know it.
    public func json(since start: Instant?) -> JSON {
        var object = JSONObject()
        root.writePlace(to: &object, since: start)
        if lastEventID != root.previousID { object["l"] = .integer(Int64(lastEventID)) }
        object["t"] = deadline.map { .integer($0.milliseconds) }
        root.writeWork(to: &object)
        return .object(object)
    }

    /// Reads the stored form.
    ///
    /// - Parameter start: When the execution was started, where it was known to the writer.
    /// - Throws: ``FlowError`` naming the member that is missing, of the wrong type or out of range.
    public init(json: JSON, since start: Instant? = nil) throws(FlowError) {
        guard let object = json.objectValue else { throw FlowError(reason: "it is no object") }
        let root = try Cursor(object, since: start)
        let lastEventID = try FlowMember.count(object["l"], "l") ?? root.previousID
        self.init(root: root, lastEventID: lastEventID, deadline: try FlowMember.instant(object["t"], "t"))
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

    /// A number of events or retries.
    static func count(_ json: JSON?, _ member: String) throws(FlowError) -> Int? {
        guard let json else { return nil }
        guard let count = json.countValue else {
            throw FlowError(reason: "its '\(member)' is no count: \(json.text)")
        }
        return count
    }
}
