import Foundation
import Synchronization

/// Where lines go, each whole: those of several threads do not mix.
///
/// Nobody waits for a log. Where its reader hangs (a pipe that is full), the line is dropped, after a moment for the first
/// one; when the reader goes on, a line says how many are missing.
package final class LineOutput: Sendable {
    /// The process's standard error.
    package static let standardError = LineOutput(descriptor: 2)

    private struct State {
        /// The end of a line whose beginning has been written.
        var rest: ArraySlice<UInt8> = []
        /// Lines that nobody has been told are missing.
        var dropped = 0
    }

    private let descriptor: Int32
    private let state = Mutex(State())

    /// For how many ms the first line waits that is not read at once.
    private static let patience: Int32 = 250
    /// The bytes that a pipe with any room takes at once (`PIPE_BUF`).
    private static let portion = 4_096

    /// An output to an open file; whoever opened it closes it.
    package init(descriptor: Int32) { self.descriptor = descriptor }

    /// Writes a line, or drops it.
    ///
    /// - Parameter notice: The line that says how many were dropped before it.
    func write(_ line: [UInt8], notice: (Int) -> [UInt8]) {
        state.withLock { state in
            let isStuck = state.dropped > 0 || !state.rest.isEmpty
            guard put(&state.rest, within: isStuck ? 0 : Self.patience) else {
                state.dropped += 1
                return
            }
            if state.dropped > 0 {
                state.rest = notice(state.dropped)[...]
                guard isWritable(within: 0) else {
                    state.rest = []
                    state.dropped += 1
                    return
                }
                state.dropped = 0
                guard put(&state.rest, within: 0) else {
                    state.dropped = 1
                    return
                }
            }
            guard isWritable(within: isStuck ? 0 : Self.patience) else {
                state.dropped += 1
                return
            }
            state.rest = line[...]
            _ = put(&state.rest, within: Self.patience)
        }
    }

    /// Writes as much as is taken; whether that is all.
    private func put(_ bytes: inout ArraySlice<UInt8>, within patience: Int32) -> Bool {
        while !bytes.isEmpty {
            guard isWritable(within: patience) else { return false }
            let count = bytes.prefix(Self.portion).withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress, $0.count)
            }
            // A log whose reader is gone is nobody's; the work goes on.
            if count < 0, errno != EINTR { bytes = [] }
            bytes = bytes.dropFirst(max(0, count))
        }
        return true
    }

    /// Whether a portion is taken without waiting for longer than some ms; also where writing fails.
    private func isWritable(within patience: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        while true {
            let count = poll(&entry, 1, patience)
            if count < 0, errno == EINTR { continue }
            return count != 0
        }
    }
}
