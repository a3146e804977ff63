import Foundation
import Synchronization

/// Where lines go, each whole: those of several threads do not mix.
package final class LineOutput: Sendable {
    /// The process's standard error.
    package static let standardError = LineOutput(descriptor: 2)

    private let descriptor: Int32
    private let lock = Mutex(())

    /// An output to an open file; whoever opened it closes it.
    package init(descriptor: Int32) { self.descriptor = descriptor }

    func write(_ line: [UInt8]) {
        lock.withLock { _ in
            line.withUnsafeBytes { bytes in
                var rest = bytes[...]
                while !rest.isEmpty {
                    let chunk = UnsafeRawBufferPointer(rebasing: rest)
                    let count = Foundation.write(descriptor, chunk.baseAddress, chunk.count)
                    // A log whose reader is gone is nobody's; the work goes on.
                    if count < 0, errno != EINTR { return }
                    rest = rest.dropFirst(max(0, count))
                }
            }
        }
    }
}
