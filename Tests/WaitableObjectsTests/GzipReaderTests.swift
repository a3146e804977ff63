import CZlib
import GzipWriter
import Testing

@testable import WaitableObjects

@Suite("Files that are packed with gzip", .timeLimit(.minutes(1)))
struct GzipReaderTests {
    /// What a file is unpacked to, where it is read in pieces; `nil` where it is cut off.
    private func unpacked(_ file: [UInt8], piece: Int = .max, room: Int = 65_536) throws -> [UInt8]? {
        let reader = try GzipReader()
        var content: [UInt8] = []
        var rest = file[...]
        repeat {
            var packed = rest.prefix(piece)
            rest = rest.dropFirst(piece)
            while true {
                let bytes = try reader.unpack(&packed, upTo: room)
                #expect(bytes.count <= room)
                if bytes.isEmpty, packed.isEmpty { break }
                content += bytes
            }
        } while !rest.isEmpty
        return reader.isComplete ? content : nil
    }

    private func fault(_ file: [UInt8]) -> String? {
        do {
            let content = try unpacked(file)
            return content == nil ? "cut off" : nil
        } catch {
            return "\(error)"
        }
    }

    private static let text = Array((0..<500).map { "row \($0), é and 日本\n" }.joined().utf8)
    private static let noise = {
        var random = SystemRandomNumberGenerator()
        return (0..<1_000).map { _ in UInt8.random(in: 0...255, using: &random) }
    }()

    @Test("are unpacked, all members of them, in pieces of any size", arguments: [1, 2, 7, 1_000, .max])
    func members(piece: Int) throws {
        let file = gzip(Self.text) + gzip([]) + gzip(Self.noise) + gzip("x")
        for room in [1, 5, 65_536] {
            #expect(try unpacked(file, piece: piece, room: room) == Self.text + Self.noise + Array("x".utf8))
            #expect(try unpacked(gzip([]), piece: piece, room: room) == [])
        }
    }

    @Test("may have everything in their headers that gzip knows")
    func header() throws {
        let plain = gzip(Self.text)
        var header = Array(plain.prefix(10))
        // The header's own checksum, an extra field, a name, a comment.
        header[3] = 2 | 4 | 8 | 16
        header += [5, 0] + Array("extra".utf8) + Array("rows.csv\0".utf8) + Array("of a comment\0".utf8)
        let sum = crc32(0, header, uInt(header.count))
        header += [UInt8(sum & 0xFF), UInt8(sum >> 8 & 0xFF)]
        let file = header + plain.dropFirst(10)
        for piece in [1, 3, .max] { #expect(try unpacked(file + file, piece: piece) == Self.text + Self.text) }
    }

    @Test("may be filled up with zeros, and with nothing else")
    func filling() throws {
        let file = gzip("abc")
        #expect(try unpacked(file + Array(repeating: 0, count: 1_000), piece: 9) == Array("abc".utf8))
        let reason = "Behind its gzip data stands something else"
        #expect(fault(file + Array("abc".utf8)) == reason)
        #expect(fault(file + [0, 0] + file) == reason)
        #expect(fault(file + [0x1F, 0x8B]) == "cut off")
        #expect(fault(file + [0x1F, 0]) == "Its gzip data is damaged behind 3 unpacked bytes: incorrect header check")
    }

    @Test("are cut off at any place but behind their members, and are known to be")
    func cutOff() throws {
        let first = gzip("abc")
        let file = first + gzip(Self.text)
        for count in file.indices where count != first.count {
            #expect(fault(Array(file.prefix(count))) == "cut off", "\(count)")
        }
    }

    @Test("are damaged in any bit, and are known to be, unless their content is the same")
    func damaged() throws {
        let text = Array("id,name\n1,one\n2,two\n".utf8)
        let file = gzip(text)
        var faults = 0
        for place in file.indices {
            for bit in 0..<8 {
                var other = file
                other[place] ^= 1 << bit
                let content = try? unpacked(other)
                #expect(content == nil || content == text, "bit \(bit) of byte \(place)")
                // Read byte by byte, it comes to the same.
                #expect((try? unpacked(other, piece: 1, room: 3)) == content)
                if content == nil { faults += 1 }
            }
        }
        // But for the time, the system and such in the header.
        #expect(faults > 8 * (file.count - 8))
        var sum = file
        sum[file.count - 8] ^= 1
        #expect(fault(sum) == "Its gzip data is damaged behind \(text.count) unpacked bytes: incorrect data check")
        var size = file
        size[file.count - 4] ^= 1
        #expect(fault(size) == "Its gzip data is damaged behind \(text.count) unpacked bytes: incorrect length check")
    }

    @Test("are told from others")
    func others() throws {
        let reason = "It is not packed with gzip, or is damaged at its beginning: incorrect header check"
        #expect(fault(Array("id,name\n".utf8)) == reason)
        // Zstandard.
        #expect(fault([0x28, 0xB5, 0x2F, 0xFD, 0, 0]) == reason)
        // zlib's own form.
        #expect(fault([0x78, 0x9C, 0x4B, 0x04, 0x00, 0x00, 0x62, 0x00, 0x62]) == reason)
        #expect(fault([]) == "cut off")
    }

    @Test("take no more room than they are given, however much they come to")
    func bomb() throws {
        let member = gzip(Array(repeating: 0, count: 4_194_304))
        let reader = try GzipReader()
        var count = 0
        for _ in 0..<64 {
            var packed = member[...]
            while true {
                let bytes = try reader.unpack(&packed, upTo: 65_536)
                #expect(bytes.count <= 65_536)
                count += bytes.count
                if bytes.isEmpty, packed.isEmpty { break }
            }
        }
        #expect(count == 64 * 4_194_304)
        #expect(reader.isComplete)
    }
}
