package import StatesLanguage

/// What went into each step of an execution, in order: from it the history is made again.
///
/// The document keeps it, so that an execution of a few steps needs no key beside it. Beyond a size the entries go to a list,
/// and the document begins anew, so that a commit never writes more than that.
///
/// The stored form is `[listed, entry, …]`; an entry is its instant in ms after the start, or `[instant, {…}]`. A journal
/// whose steps another version of the language made begins with that version: `["2", listed, entry, …]`.
package struct Journal: Sendable, Equatable {
    /// The version of the language in this program: it grows with each change after which a definition's steps have other
    /// events than before.
    package static let currentVersion = 1
    /// The version whose steps these are. Those of another one are not made again: they would tell what never happened.
    package let version: Int
    /// How many elements the list beside the document has.
    package private(set) var listed: Int
    /// The entries that only the document has: their stored forms, each after a comma.
    private var kept: [UInt8]

    /// An empty journal.
    package init() {
        version = Self.currentVersion
        listed = 0
        kept = []
    }

    /// The most bytes of entries in a document.
    private static let mostBytes = 1_024

    /// Adds an entry.
    ///
    /// - Parameter start: When the execution was started.
    /// - Returns: A new element of the list; `nil` where the document keeps all.
    mutating func append(_ entry: JournalEntry, since start: Instant) -> String? {
        // The usual entry has no more.
        kept.reserveCapacity(kept.count + 64)
        kept.append(UInt8(ascii: ","))
        entry.write(to: &kept, since: start)
        guard kept.count > Self.mostBytes else { return nil }
        let element = "[" + String(decoding: kept.dropFirst(), as: UTF8.self) + "]"
        listed += 1
        kept = []
        return element
    }

    /// All entries.
    ///
    /// - Parameters:
    ///   - list: The elements of the list beside the document, read after the document.
    ///   - start: When the execution was started.
    /// - Returns: None where elements are missing: the history is not kept any longer. None of another version.
    package func entries(list: [String], since start: Instant) -> [JournalEntry] {
        guard list.count >= listed, version == Self.currentVersion else { return [] }
        // What a later step has listed is in the document still, as it was read.
        var entries: [JournalEntry] = []
        for element in list.prefix(listed) {
            guard let more = Self.entries(of: element, since: start) else { return [] }
            entries += more
        }
        return entries + (keptEntries(since: start) ?? [])
    }

    /// The entries of an element of the list beside the document; `nil` where it cannot be read.
    ///
    /// - Parameter start: When the execution was started.
    package static func entries(of element: String, since start: Instant) -> [JournalEntry]? {
        guard let values = (try? JSON(parsing: element))?.arrayValue else { return nil }
        var entries: [JournalEntry] = []
        entries.reserveCapacity(values.count)
        for value in values {
            guard let entry = JournalEntry(json: value, since: start) else { return nil }
            entries.append(entry)
        }
        return entries
    }

    /// The entries that only the document has, behind those of the list; `nil` where they cannot be read.
    ///
    /// - Parameter start: When the execution was started.
    package func keptEntries(since start: Instant) -> [JournalEntry]? {
        Self.entries(of: "[" + String(decoding: kept.dropFirst(), as: UTF8.self) + "]", since: start)
    }

    // MARK: Stored form

    /// Writes the stored form.
    func write(to text: inout [UInt8]) {
        text.append(UInt8(ascii: "["))
        writeVersion(to: &text)
        text.append(contentsOf: String(listed).utf8)
        text.append(contentsOf: kept)
        text.append(UInt8(ascii: "]"))
    }

    private func writeVersion(to text: inout [UInt8]) {
        if version != 1 { text.append(contentsOf: "\"\(version)\",".utf8) }
    }

    /// Reads the version that a text begins with, the first one where it begins with none, and where it goes on; `nil` where
    /// there is something else.
    private static func version(_ text: UnsafeBufferPointer<UInt8>) -> (version: Int, end: Int)? {
        guard text.first == UInt8(ascii: "\"") else { return (1, 0) }
        let digits = text.dropFirst().prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        let version = Int(String(decoding: digits, as: UTF8.self))
        guard let version, text[digits.endIndex...].starts(with: "\",".utf8) else { return nil }
        return (version, digits.endIndex + 2)
    }

    /// Whether ``writeCompact(to:)`` can write it: it is not empty, and nothing in it looks like the end of a field.
    var isCompact: Bool { !(listed == 0 && kept.isEmpty) && !kept.contains(CompactWriter.separator) }

    /// Writes the stored form without its brackets, and without a `listed` of 0.
    func writeCompact(to text: inout [UInt8]) {
        writeVersion(to: &text)
        if listed > 0 { text.append(contentsOf: String(listed).utf8) }
        text.append(contentsOf: kept)
    }

    /// Reads what ``writeCompact(to:)`` wrote; `nil` where it is none.
    init?(compact text: UnsafeBufferPointer<UInt8>) {
        var version = 1
        var text = text
        if text.first == UInt8(ascii: "\"") {
            guard let (other, start) = Self.version(text) else { return nil }
            version = other
            text = UnsafeBufferPointer(rebasing: text[start...])
        }
        let listed = text.prefix { $0 != UInt8(ascii: ",") }
        guard let number = listed.isEmpty ? 0 : Self.count(listed) else { return nil }
        self.version = version
        self.listed = number
        kept = Array(text[listed.endIndex...])
    }

    /// Reads the stored form, as far as a step needs it; `nil` where it is none.
    init?(_ bytes: [UInt8]) {
        guard bytes.count > 1, bytes.first == UInt8(ascii: "["), bytes.last == UInt8(ascii: "]") else { return nil }
        let journal = bytes[1..<bytes.count - 1].withUnsafeBufferPointer { Journal(listing: $0) }
        guard let journal else { return nil }
        self = journal
    }

    /// A number of elements; `nil` where it is none that can be counted on from.
    private static func count(_ digits: some Sequence<UInt8>) -> Int? {
        let text = String(decoding: Array(digits), as: UTF8.self)
        // `Int` would take a sign too.
        guard text.utf8.count <= 11, text.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) else {
            return nil
        }
        return Int(text)
    }

    private init?(listing text: UnsafeBufferPointer<UInt8>) {
        guard let (version, start) = Self.version(text) else { return nil }
        let digits = text[start...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard let listed = Self.count(digits) else { return nil }
        self.version = version
        self.listed = listed
        kept = Array(text[digits.endIndex...])
        guard kept.isEmpty || kept.first == UInt8(ascii: ",") else { return nil }
    }
}
