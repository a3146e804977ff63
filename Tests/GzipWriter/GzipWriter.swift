import CZlib

/// Packs bytes with gzip, as one member of a file.
package func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var stream = z_stream()
    let size = CInt(MemoryLayout<z_stream>.size)
    var code = deflateInit2_(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
    precondition(code == Z_OK)
    defer { deflateEnd(&stream) }
    var input = bytes
    return [UInt8](unsafeUninitializedCapacity: Int(deflateBound(&stream, uLong(bytes.count)))) { output, count in
        input.withUnsafeMutableBufferPointer { input in
            stream.next_in = input.baseAddress
            stream.avail_in = uInt(input.count)
            stream.next_out = output.baseAddress
            stream.avail_out = uInt(output.count)
            code = deflate(&stream, Z_FINISH)
            precondition(code == Z_STREAM_END)
            count = output.count - Int(stream.avail_out)
        }
    }
}

/// Packs text with gzip, as one member of a file.
package func gzip(_ text: String) -> [UInt8] { gzip(Array(text.utf8)) }
