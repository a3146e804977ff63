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

    /// A JSON string; what is escaped in a text is escaped here too, so that whatever is logged stays on its line for those
    /// who end lines at other characters than a newline.
    private mutating func string(_ text: String) {
        bytes.append(0x22)
        for scalar in LogText.shortened(text).unicodeScalars {
            switch scalar {
            case "\"", "\\": bytes += [0x5C, UInt8(scalar.value)]
            case "\n": bytes += [0x5C, 0x6E]
            case "\r": bytes += [0x5C, 0x72]
            case "\t": bytes += [0x5C, 0x74]
            case _ where scalar.isControl: for unit in UTF16.encode(scalar)! { escape(unit) }
            default: bytes += UTF8.encode(scalar)!
            }
        }
        bytes.append(0x22)
    }

    private mutating func escape(_ unit: UInt16) {
        bytes += Array("\\u".utf8)
        for shift in [12, 8, 4, 0] { bytes.append(Self.digits[Int(unit >> UInt16(shift)) & 15]) }
    }

    private static let digits = Array("0123456789abcdef".utf8)
}
