import CZlib

/// Unpacks gzip: one member after the other, as many bytes at a time as there is room for. The one place where zlib's pointers are.
///
/// It takes about 48 KiB, whatever it unpacks. It is used by one task at a time.
///
/// Source: RFC 1952; zlib.h.
package final class GzipReader {
    /// Where it stands.
    private enum Place {
        /// Nothing was read.
        case beginning
        /// In a member.
        case within
        /// Behind one.
        case behind
        /// In zeros behind the last one, with which a tape or a block is filled up.
        case filling
    }

    private let stream: UnsafeMutablePointer<z_stream>
    private var place = Place.beginning
    /// How many members were read to their ends.
    private var members = 0
    /// How many bytes were unpacked.
    private var count: Int64 = 0

    /// The largest window that there is, and 16 for gzip alone.
    private static let windowBits: CInt = 15 + 16

    /// - Throws: A fault where there is no memory for it.
    package init() throws(ItemFault) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let code = inflateInit2_(stream, Self.windowBits, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size))
        guard code == Z_OK else { throw ItemFault("zlib cannot begin: it answers \(code)") }
    }

    deinit {
        // It knows one that was never set up.
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Whether nothing is missing: it stands behind a member.
    package var isComplete: Bool { place == .behind || place == .filling }

    /// Unpacks what comes next.
    ///
    /// - Parameters:
    ///   - packed: What comes next in the file. What was used is taken from it.
    ///   - room: How many bytes are unpacked at the most.
    /// - Returns: None where more of the file is needed, or it has none.
    /// - Throws: What is wrong with the file. It reads no more then.
    package func unpack(_ packed: inout ArraySlice<UInt8>, upTo room: Int) throws(ItemFault) -> [UInt8] {
        var fault: ItemFault?
        var used = 0
        let unpacked = [UInt8](unsafeUninitializedCapacity: room) { output, initialized in
            packed.withUnsafeBufferPointer { input in
                // zlib only reads there.
                stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.pointee.avail_in = uInt(input.count)
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = uInt(room)
                fault = run(room)
                used = input.count - Int(stream.pointee.avail_in)
                initialized = room - Int(stream.pointee.avail_out)
                stream.pointee.next_in = nil
                stream.pointee.next_out = nil
            }
        }
        if let fault { throw fault }
        packed.removeFirst(used)
        count += Int64(unpacked.count)
        return unpacked
    }

    /// Goes on until there is nothing left to read, or no room.
    private func run(_ room: Int) -> ItemFault? {
        while stream.pointee.avail_out > 0 {
            if isComplete {
                guard stream.pointee.avail_in > 0, let next = stream.pointee.next_in else { return nil }
                switch next.pointee {
                case 0:
                    place = .filling
                    stream.pointee.next_in = next + 1
                    stream.pointee.avail_in -= 1
                    continue
                case 0x1F where place == .behind: inflateReset(stream)
                default: return ItemFault("Behind its gzip data stands something else")
                }
            }
            if place != .within, stream.pointee.avail_in == 0 { return nil }
            place = .within
            switch inflate(stream, Z_NO_FLUSH) {
            case Z_STREAM_END:
                place = .behind
                members += 1
            case Z_OK where stream.pointee.avail_in > 0: continue
            // It needs more of one or the other.
            case Z_OK, Z_BUF_ERROR: return nil
            case let code:
                let reason = stream.pointee.msg.map { String(cString: $0) } ?? "zlib answers \(code)"
                let end = count + Int64(room) - Int64(stream.pointee.avail_out)
                return members == 0 && end == 0
                    ? ItemFault("It is not packed with gzip, or is damaged at its beginning: \(reason)")
                    : ItemFault("Its gzip data is damaged behind \(end) unpacked bytes: \(reason)")
            }
        }
        return nil
    }
}
