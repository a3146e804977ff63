extension Path {
    /// Puts a value at a reference path; what is missing on the way is made.
    ///
    /// Source: Amazon States Language, "ResultPath".
    ///
    /// - Throws: ``PathError`` where something on the way is neither an object nor an array that has the index.
    func setting(_ value: JSON, in document: JSON) throws(PathError) -> JSON {
        try Self.set(value, at: segments[...], in: document, path: self)
    }

    private static func set(
        _ value: JSON,
        at segments: ArraySlice<Segment>,
        in document: JSON?,
        path: Path
    ) throws(PathError) -> JSON {
        guard let segment = segments.first else { return value }
        switch (segment, document) {
        case (.key(let key), .object(var object)):
            object[key] = try set(value, at: segments.dropFirst(), in: object[key], path: path)
            return .object(object)
        case (.key(let key), nil):
            return .object([key: try set(value, at: segments.dropFirst(), in: nil, path: path)])
        case (.index(let index), .array(var array)) where array.indices.contains(index):
            array[index] = try set(value, at: segments.dropFirst(), in: array[index], path: path)
            return .array(array)
        default:
            throw PathError(reason: "Unable to apply ReferencePath \(path.text) to input \((document ?? .null).text)")
        }
    }
}
