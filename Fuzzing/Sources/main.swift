import Foundation
import JSONValues

/// Runs libFuzzer on one parser: `waitable-fuzz` with the target's name in `FUZZ_TARGET`, and libFuzzer's own arguments.
///
/// A target takes any bytes. It must not crash, and where something can be read it must be readable again after it was written.
enum Fuzzing {
    typealias Target = @Sendable (ArraySlice<UInt8>) -> Void

    static let targets: [String: Target] = [
        "json": json, "jsonpath": jsonPath, "jsonata": jsonata, "instant": instant, "machine": machine,
        "document": document, "token": token, "cursor": cursor, "line": line,
        "item": item, "table": table, "object": object,
        "http": http, "batch": batch, "call": call, "query": query, "signature": signature,
        "reply": reply, "setting": setting,
    ]

    /// The first line, and what follows it.
    static func halves(_ bytes: ArraySlice<UInt8>) -> (first: String, rest: ArraySlice<UInt8>) {
        let end = bytes.firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
        return (String(decoding: bytes[..<end], as: UTF8.self), bytes[end...].dropFirst())
    }

    /// A value, `null` where there is none.
    static func value(_ bytes: ArraySlice<UInt8>) -> JSON { (try? JSON(parsing: bytes)) ?? .null }

    /// Bytes in the pieces in which a network or a file may hand them on: as long as the first byte says, or all at once for 0.
    static func pieces(of bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        guard let first = bytes.first else { return [] }
        let all = bytes.dropFirst()
        let size = first == 0 ? max(1, all.count) : Int(first)
        return stride(from: all.startIndex, to: all.endIndex, by: size).map { all[$0..<min($0 + size, all.endIndex)] }
    }
}

@_silgen_name("LLVMFuzzerRunDriver")
func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

guard let target = Fuzzing.targets[ProcessInfo.processInfo.environment["FUZZ_TARGET"] ?? ""] else {
    print("FUZZ_TARGET: must be one of \(Fuzzing.targets.keys.sorted().joined(separator: ", "))")
    exit(64)
}
let chosen = target
var count = CommandLine.argc
var arguments = CommandLine.unsafeArgv
exit(
    runDriver(&count, &arguments) { bytes, size in
        chosen(ArraySlice(UnsafeBufferPointer(start: bytes, count: size)))
        return 0
    }
)
