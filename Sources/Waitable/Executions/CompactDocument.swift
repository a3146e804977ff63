import StatesLanguage

/// The stored form of an ``Execution`` that only waits, or that succeeded with its input as its output: what most documents
/// are, in a fifth of the bytes of a JSON object.
///
/// It is a letter, the revision (11 digits), the start in Unix ms (7 digits), fields that end in a semicolon, and the input:
///
/// | field | `R`: it waits | `S`: it succeeded |
/// | --- | --- | --- |
/// | 1 | when the wait is over | when it closed |
/// | 2 | when the Wait state was entered | |
/// | 3 | the id of the last event | |
/// | 4 | the Wait state's name | |
/// | 5 | fencing token of the last commit | the same |
/// | 6 | ``Journal``, without its brackets | the same |
///
/// Digits are those of base64url, and none is 0. Instants are in ms after the start. The input is verbatim, or as
/// ``PatternInput`` shortens it.
enum CompactDocument {
    /// Writes a document.
    ///
    /// - Parameter lease: The fencing token under which it is committed; `nil` for none.
    /// - Returns: `nil` for an execution that has more to tell.
    static func encode(_ execution: Execution, lease: String?) -> [UInt8]? {
        guard execution.redriveCount == 0, execution.version == nil, execution.parent == nil, execution.failure == nil,
            let revision = number(ofHash: execution.revision), execution.journal?.isCompact ?? true
        else { return nil }
        var writer = CompactWriter(start: execution.startDate)
        let end: Instant
        switch execution.status {
        case .running:
            guard let wait = execution.flow?.plainWait, !wait.state.utf8.contains(CompactWriter.separator) else {
                return nil
            }
            end = wait.until
            guard writer.head("R", revision), writer.instant(end), writer.instant(wait.enteredAt) else { return nil }
            writer.number(UInt64(wait.eventID))
            writer.text(wait.state)
        case .succeeded:
            guard let stop = execution.stopDate, execution.flow == nil, execution.output == execution.input else {
                return nil
            }
            end = stop
            guard writer.head("S", revision), writer.instant(end) else { return nil }
        case .failed, .timedOut, .aborted: return nil
        }
        guard writer.token(lease) else { return nil }
        writer.journal(execution.journal)
        PatternInput.write(execution.input, of: execution.key, before: end, to: &writer)
        return writer.bytes
    }

    /// Whether a document has this form.
    static func isCompact(_ bytes: [UInt8]) -> Bool {
        bytes.first == UInt8(ascii: "R") || bytes.first == UInt8(ascii: "S")
    }

    /// Reads a document.
    ///
    /// - Parameter bytes: Its bytes, from the letter on.
    /// - Returns: The execution as the letter says: running or succeeded.
    /// - Throws: ``DocumentError`` where they are not in this form.
    static func decode(_ bytes: ArraySlice<UInt8>, key: ExecutionKey) throws(DocumentError) -> Execution {
        let execution: Execution? = bytes.withUnsafeBufferPointer { bytes in
            var reader = CompactReader(bytes)
            return read(&reader, key)
        }
        guard let execution else { throw DocumentError(key: key, reason: "is not in the compact form") }
        return execution
    }

    private static func read(_ reader: inout CompactReader, _ key: ExecutionKey) -> Execution? {
        let letter = reader.letter()
        guard letter == UInt8(ascii: "R") || letter == UInt8(ascii: "S"), let revision = reader.digits(11),
            let start = reader.start(), let end = reader.instant()
        else { return nil }
        var flow: Flow?
        if letter == UInt8(ascii: "R") {
            guard let entered = reader.instant(), let event = reader.number(), let state = reader.text() else {
                return nil
            }
            flow = Flow(PlainWait(state: state, enteredAt: entered, eventID: Int(event), until: end))
        }
        guard reader.skipField(), let journal = reader.journal(),
            let input = PatternInput.read(reader.rest, of: key, before: end)
        else { return nil }
        var execution = Execution(key: key, revision: hash(of: revision), startDate: start, input: input)
        execution.flow = flow
        execution.journal = journal
        if flow == nil {
            execution.status = .succeeded
            execution.stopDate = end
            execution.output = input
        }
        return execution
    }

    // MARK: Revisions

    /// The 64 bits of a revision's hash; `nil` for a text that is no such hash.
    private static func number(ofHash hash: String) -> UInt64? {
        var hash = hash
        return hash.withUTF8 { number(ofHash: $0) }
    }

    private static func number(ofHash hash: UnsafeBufferPointer<UInt8>) -> UInt64? {
        guard hash.count == 16 else { return nil }
        var number: UInt64 = 0
        for byte in hash {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt64(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): number = number << 4 | UInt64(byte - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return number
    }

    private static func hash(of number: UInt64) -> String {
        String(unsafeUninitializedCapacity: 16) { utf8 in
            var rest = number
            var index = 16
            while index > 0 {
                index -= 1
                let digit = UInt8(truncatingIfNeeded: rest & 15)
                utf8[index] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
                rest >>= 4
            }
            return 16
        }
    }
}
