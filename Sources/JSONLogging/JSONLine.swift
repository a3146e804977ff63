import Foundation
import Logging

/// A JSON object on one line, while it is written.
struct JSONLine {
    private var bytes: [UInt8] = [0x7B]

    init() { bytes.reserveCapacity(256) }

    mutating func add(_ name: String, _ text: String) {
        begin(name)
        string(text)
    }

    /// The wall clock, in ISO 8601 with milliseconds, in UTC.
    mutating func addTime() {
        add("time", Date.now.formatted(Self.instants))
    }

    mutating func add(_ name: String, _ value: Logger.Metadata.Value) {
        switch value {
        case .string(let text): add(name, text)
        case .stringConvertible(let value): add(name, value.description)
        case .array(let values):
            begin(name)
            bytes.append(0x5B)
            for (index, value) in values.enumerated() {
                if index > 0 { bytes.append(0x2C) }
                string(value.description)
            }
            bytes.append(0x5D)
        case .dictionary(let values):
            for (key, value) in values.sorted(by: { $0.key < $1.key }) { add("\(name).\(key)", value) }
        }
    }

    /// The line with its end.
    consuming func finished() -> [UInt8] {
        bytes.append(0x7D)
        bytes.append(0x0A)
        return bytes
    }

    private static let instants = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    private mutating func begin(_ name: String) {
        if bytes.count > 1 { bytes.append(0x2C) }
        string(name)
        bytes.append(0x3A)
    }

    /// A JSON string; control characters are escaped, so that whatever is logged stays on its line.
    private mutating func string(_ text: String) {
        bytes.append(0x22)
        for byte in text.utf8 {
            switch byte {
            case 0x22, 0x5C: bytes += [0x5C, byte]
            case 0x0A: bytes += [0x5C, 0x6E]
            case 0x0D: bytes += [0x5C, 0x72]
            case 0x09: bytes += [0x5C, 0x74]
            case 0x00..<0x20, 0x7F:
                bytes += Array("\\u00".utf8)
                bytes.append(Self.digits[Int(byte >> 4)])
                bytes.append(Self.digits[Int(byte & 15)])
            default: bytes.append(byte)
            }
        }
        bytes.append(0x22)
    }

    private static let digits = Array("0123456789abcdef".utf8)
}
