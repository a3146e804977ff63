extension JSON {
    /// The deepest nesting that is read: deeper text is an error instead of a stack overflow.
    public static let deepestNesting = 256

    /// Reads a JSON text.
    ///
    /// - Throws: ``JSONError`` where the text is not one JSON value with nothing but white space around it.
    public init(parsing text: String) throws(JSONError) {
        var text = text
        self = try text.withUTF8 { utf8 in Result { () throws(JSONError) in try JSON(parsing: utf8) } }.get()
    }

    /// Reads JSON from UTF-8 bytes.
    ///
    /// - Throws: ``JSONError`` where the bytes are not one JSON value with nothing but white space around it.
    public init(parsing bytes: ArraySlice<UInt8>) throws(JSONError) {
        self = try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) in try JSON(parsing: buffer) }
    }

    /// Reads JSON from UTF-8 bytes.
    ///
    /// - Throws: ``JSONError`` where the bytes are not one JSON value with nothing but white space around it.
    public init(parsing bytes: [UInt8]) throws(JSONError) {
        self = try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) in try JSON(parsing: buffer) }
    }

    /// Reads a text in which a repeated key is an error: of two, one would be ignored.
    package init(parsingWithoutRepeatedKeys text: String) throws(JSONError) {
        self = try Array(text.utf8).withUnsafeBufferPointer { (buffer) throws(JSONError) in
            var parser = JSONParser(buffer, deepest: Self.deepestNesting, allowsRepeatedKeys: false)
            return try parser.document()
        }
    }

    /// Splits the object with which some bytes begin into its members, without reading their values. Values may be nested
    /// as deeply as ``deepestNesting`` themselves, so that a document can hold whatever was read once.
    ///
    /// - Returns: Each member's key, and where in `bytes` its value stands verbatim; and where the object ends.
    /// - Throws: ``JSONError`` where the bytes do not begin with a JSON object.
    public static func members(
        of bytes: [UInt8]
    ) throws(JSONError) -> (members: [(key: String, value: Range<Int>)], end: Int) {
        try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) in
            var parser = JSONParser(buffer, deepest: deepestNesting + 1)
            return try parser.members()
        }
    }

    private init(parsing bytes: UnsafeBufferPointer<UInt8>) throws(JSONError) {
        var parser = JSONParser(bytes, deepest: Self.deepestNesting)
        self = try parser.document()
    }
}
