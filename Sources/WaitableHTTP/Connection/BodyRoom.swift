import Synchronization

/// The memory that the bodies of all requests under way share. A body has its share until its request is answered.
package final class BodyRoom: Sendable {
    private let most: Int
    private let taken = Mutex(0)

    /// Bytes of a body that are not counted, so that small requests go on beside many large ones.
    static let free = 16_384

    /// Room for so many bytes.
    package init(bytes: Int = 33_554_432) { most = bytes }

    /// A share for a body of which nothing has come yet.
    func share() -> Share { Share(of: self) }

    /// What one body takes.
    final class Share: Sendable {
        private let room: BodyRoom
        private let bytes = Mutex(0)

        fileprivate init(of room: BodyRoom) { self.room = room }

        deinit {
            let bytes = bytes.withLock { $0 }
            if bytes > 0 { room.taken.withLock { $0 -= bytes } }
        }

        /// Takes room for the next bytes.
        ///
        /// - Parameter size: The body's size with them.
        /// - Returns: Whether there was room.
        func grow(to size: Int) -> Bool {
            guard size > BodyRoom.free else { return true }
            return bytes.withLock { bytes in
                let more = size - BodyRoom.free - bytes
                guard more > 0 else { return true }
                let isTaken = room.taken.withLock { taken in
                    guard taken + more <= room.most else { return false }
                    taken += more
                    return true
                }
                if isTaken { bytes += more }
                return isTaken
            }
        }
    }
}
