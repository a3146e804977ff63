extension String {
    /// The order of two texts by their UTF-16 units, as JavaScript and Java have it: below 0, 0 or above 0.
    func utf16Order(_ other: String) -> Int {
        var (one, two) = (utf16.makeIterator(), other.utf16.makeIterator())
        while true {
            switch (one.next(), two.next()) {
            case (nil, nil): return 0
            case (nil, _): return -1
            case (_, nil): return 1
            case (let one?, let two?): if one != two { return one < two ? -1 : 1 }
            }
        }
    }

    /// Where a text first stands in the UTF-8 from a place on.
    func utf8Position(of text: String, from start: Int) -> Int? {
        var (haystack, needle) = (self, text)
        return haystack.withUTF8 { bytes in
            needle.withUTF8 { part in
                guard let first = part.first else { return start }
                guard start + part.count <= bytes.count else { return nil }
                if part.count > 8 { return Self.position(of: part, in: bytes, from: start) }
                var position = start
                while position + part.count <= bytes.count {
                    guard let next = bytes[position...(bytes.count - part.count)].firstIndex(of: first) else {
                        return nil
                    }
                    if bytes.has(text, at: next) { return next }
                    position = next + 1
                }
                return nil
            }
        }
    }

    /// Where a longer text first stands: no byte is looked at twice, as Knuth, Morris and Pratt do it.
    private static func position(
        of part: UnsafeBufferPointer<UInt8>,
        in bytes: UnsafeBufferPointer<UInt8>,
        from start: Int
    ) -> Int? {
        // How much of the part's beginning each of its places ends with.
        var borders = [0]
        var length = 0
        for index in 1..<part.count {
            while length > 0, part[index] != part[length] { length = borders[length - 1] }
            if part[index] == part[length] { length += 1 }
            borders.append(length)
        }
        length = 0
        for index in start..<Swift.max(start, bytes.count) {
            while length > 0, bytes[index] != part[length] { length = borders[length - 1] }
            if bytes[index] == part[length] { length += 1 }
            if length == part.count { return index + 1 - length }
        }
        return nil
    }

    /// A part of the text by places in its UTF-8.
    func utf8Part(_ range: Range<Int>) -> String {
        let view = utf8
        let start = view.index(view.startIndex, offsetBy: range.lowerBound)  // own words
        let end = view.index(start, offsetBy: range.count)  // own words
        return String(decoding: view[start..<end], as: UTF8.self)
    }

    /// The texts between the places where another one stands.
    func parts(separator: String) -> [String] {
        var parts: [String] = []
        var start = 0
        while let position = utf8Position(of: separator, from: start) {
            parts.append(utf8Part(start..<position))
            start = position + separator.utf8.count
        }
        parts.append(utf8Part(start..<utf8.count))
        return parts
    }
}
