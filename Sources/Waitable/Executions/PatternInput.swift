import StatesLanguage

/// The input of the waitable pattern, `{"Id":ID,"StartTimestamp":INSTANT}`, as a ``CompactDocument`` holds it: the Id is the
/// execution's name, and the instant is the end of the wait, or shortly before the closing.
///
/// It is `m` for an instant with milliseconds, `s` for one without, and the digits of how many ms it is before that.
enum PatternInput {
    private static let beforeID = #"{"Id":""#
    private static let beforeInstant = #"","StartTimestamp":""#
    private static let end = #""}"#
    /// The lengths of `2026-01-31T07:30:00.500Z`, and of `2026-01-31T07:30:00Z`.
    private static let withMilliseconds = 24, withoutMilliseconds = 20

    /// Writes an input, verbatim where it is another one.
    static func write(_ input: String, of key: ExecutionKey, before reference: Instant, to writer: inout CompactWriter)
    {
        var input = input
        input.withUTF8 { bytes in
            guard let text = instant(in: bytes, key), let instant = Instant(iso8601: text), instant <= reference else {
                writer.verbatim(bytes)
                return
            }
            writer.letter(text.count == withMilliseconds ? "m" : "s")
            writer.digits(of: UInt64(reference.milliseconds - instant.milliseconds))
        }
    }

    /// Reads an input; `nil` where it is none.
    static func read(_ bytes: UnsafeBufferPointer<UInt8>, of key: ExecutionKey, before reference: Instant) -> String? {
        let hasMilliseconds = bytes.first == UInt8(ascii: "m")
        guard hasMilliseconds || bytes.first == UInt8(ascii: "s") else {
            return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
        }
        guard bytes.count <= 11, let distance = CompactReader.number(UnsafeBufferPointer(rebasing: bytes.dropFirst()))
        else { return nil }
        var text: [UInt8] = []
        text.reserveCapacity(key.name.utf8.count + 64)
        let instant = self.text(of: reference.adding(milliseconds: -Int64(distance)), hasMilliseconds)
        text.append(codeUnitsOf: beforeID)
        text.append(codeUnitsOf: key.name)
        text.append(codeUnitsOf: beforeInstant)
        text.append(codeUnitsOf: instant)
        text.append(codeUnitsOf: end)
        return String(decoding: text, as: UTF8.self)
    }

    /// The instant's text in an input that has the execution's own name; `nil` in any other. Of its length and with a `Z`,
    /// an instant has only this one.
    private static func instant(
        in bytes: UnsafeBufferPointer<UInt8>,
        _ key: ExecutionKey
    ) -> UnsafeBufferPointer<UInt8>? {
        let start = beforeID.utf8.count + key.name.utf8.count + beforeInstant.utf8.count
        let width = bytes.count - start - end.utf8.count
        guard width == withMilliseconds || width == withoutMilliseconds else { return nil }
        var position = 0
        func goesOn(_ part: String) -> Bool {
            guard bytes.has(part, at: position) else { return false }
            position += part.utf8.count
            return true
        }
        guard goesOn(beforeID), goesOn(key.name), goesOn(beforeInstant) else { return nil }
        position += width
        guard goesOn(end), bytes[start + width - 1] == UInt8(ascii: "Z") else { return nil }
        return UnsafeBufferPointer(rebasing: bytes[start..<start + width])
    }

    private static func text(of instant: Instant, _ hasMilliseconds: Bool) -> String {
        let text = instant.iso8601
        return hasMilliseconds ? text : text.prefix(19) + "Z"
    }
}
