/// What is made from a payload template: its shape, and the values that were looked up for it. Put together only where
/// somebody asks for the whole.
struct Payload: Sendable, Equatable {
    let shape: PayloadShape
    /// In the order of the shape's places.
    let values: [JSON]
    /// Whether its text is known to have no more bytes than data may have.
    let isSmall: Bool

    /// The whole.
    var json: JSON { shape.filled(with: values) }

    /// Whether its compact text has more than some bytes.
    func isLarger(than bytes: Int) -> Bool {
        if isSmall, bytes >= DataLimit.bytes { return false }
        // A `null` stands in the place of each.
        var size = shape.constantSize - 4 * shape.valueCount
        for value in values where size <= bytes { size += value.textSize(upTo: bytes) }
        return size > bytes
    }

    /// Whether objects and arrays are nested deeper than some levels.
    func isNested(deeperThan levels: Int) -> Bool {
        shape.depth > levels || values.contains { $0.isNested(deeperThan: levels - shape.deepestPlace) }
    }

    static func == (left: Payload, right: Payload) -> Bool { left.json == right.json }
}

extension Payload {
    /// A payload with values that are looked up one after another.
    ///
    /// - Parameter value: Looks one up.
    init<Source>(
        _ shape: PayloadShape,
        of sources: [Source],
        value: (Source) throws(StateFailure) -> JSON
    ) throws(StateFailure) {
        var values: [JSON] = []
        values.reserveCapacity(sources.count)
        var budget = DataLimit.bytes - shape.constantSize
        var isSmall = budget >= 0
        for source in sources {
            let value = try value(source)
            isSmall = isSmall && value.fits(into: &budget)
            values.append(value)
        }
        self.init(shape: shape, values: values, isSmall: isSmall)
    }

    /// A payload that was not made from a template.
    init(_ whole: JSON) {
        shape = .whole
        values = [whole]
        isSmall = false
    }
}

/// What all payloads of one template have in common.
public final class PayloadShape: Sendable {
    private let constant: JSON
    /// Where the values stand that are looked up: positions in the objects and arrays around them, from the outside in.
    private let places: [[Int]]
    /// How many bytes the payload's text has without what is looked up, for which a `null` stands.
    let constantSize: Int
    /// How deep the payload is nested without what is looked up.
    let depth: Int
    /// How many objects and arrays are around what is looked up, at the most.
    let deepestPlace: Int

    /// How many values are looked up.
    public var valueCount: Int { places.count }

    /// - Parameter constant: The payload, with anything in the places of what is looked up.
    init(_ constant: JSON, places: [[Int]]) {
        self.constant = constant
        self.places = places
        constantSize = constant.textSize()
        depth = constant.depth
        deepestPlace = places.map(\.count).max() ?? 0
    }

    /// Of a payload that is looked up as a whole.
    static let whole = PayloadShape(.null, places: [[]])

    /// The payload with some values.
    ///
    /// - Parameter values: One for each place, in the order of the definition.
    public func filled(with values: [JSON]) -> JSON {
        var payload = constant
        for (place, value) in zip(places, values) { payload.put(value, at: place[...]) }
        return payload
    }
}

extension JSON {
    fileprivate mutating func put(_ value: JSON, at place: ArraySlice<Int>) {
        guard let position = place.first else {
            self = value
            return
        }
        // What is changed must not be held here too, or it would be copied.
        switch self {
        case .object(var object):
            self = .null
            object.update(at: position) { $0.put(value, at: place.dropFirst()) }
            self = .object(object)
        case .array(var array):
            self = .null
            array[position].put(value, at: place.dropFirst())
            self = .array(array)
        default: break
        }
    }
}
