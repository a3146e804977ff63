import Foundation
import Synchronization

/// Keys of a list that follow one another, in their order.
struct KeyWindow: Sendable, Equatable {
    /// The keys.
    let keys: [String]
    /// Whether there were no others behind them.
    let isLast: Bool

    /// The keys behind one; all for `nil`.
    func keys(behind last: String?) -> ArraySlice<String> {
        guard let last else { return keys[...] }
        var (start, end) = (keys.startIndex, keys.endIndex)
        while start < end {
            let middle = (start + end) / 2
            if keys[middle] > last { end = middle } else { start = middle + 1 }
        }
        return keys[start...]
    }
}

/// The keys of lists that go on: a folder tells its files in no order, so each look at it finds more of them than a page has.
final class KeyWindows: Sendable {
    /// What is listed.
    struct List: Sendable, Equatable {
        var folder: String
        var prefix: String
    }

    private let windows = Mutex<[(list: List, window: KeyWindow)]>([])
    /// How many lists may go on at once without looking for each page.
    private static let most = 4

    /// The window in which a list goes on behind a key that it has told; `nil` where there is none.
    func window(of list: List, behind key: String) -> KeyWindow? {
        windows.withLock { windows in
            let found = windows.first { entry in
                guard entry.list == list, let last = entry.window.keys.last else { return false }
                // Behind the last key of all there is nothing.
                let hasMore = last > key || entry.window.isLast && last == key
                return hasMore && entry.window.keys.count - entry.window.keys(behind: key).count > 0
            }
            return found?.window
        }
    }

    /// Keeps the window of a list that was found last.
    func keep(_ window: KeyWindow, of list: List) {
        windows.withLock { windows in
            windows.removeAll { $0.list == list }
            windows.append((list, window))
            if windows.count > Self.most { windows.removeFirst() }
        }
    }
}

/// Finds the first keys of a folder's files behind one, in bounded memory and with one look into each folder that may have any.
struct KeyFinder {
    private let prefix: String
    private let last: String
    private var keys: [String] = []
    /// From here on keys were let go of: there is no room for them.
    private var end: String?
    /// How many keys are found.
    private let room: Int

    /// How many keys are found at once, and kept: some megabytes.
    static let room = 20_000
    /// How deep folders are looked into.
    private static let deepest = 64

    init(prefix: String, after last: String, room: Int = Self.room) {
        self.prefix = prefix
        self.last = last
        self.room = room
    }

    /// What was found.
    var window: KeyWindow {
        let sorted = keys.sorted { $0 < $1 }
        return KeyWindow(keys: Array(sorted.prefix(room)), isLast: end == nil && sorted.count <= room)
    }

    /// Looks into a folder, and into those below it.
    mutating func look(in folder: FileDescriptor, at path: String, depth: Int) throws(StorageFault) {
        guard depth < Self.deepest else { return }
        var folders: [String] = []
        try folder.forEachEntry(at: path) { name, kind in
            guard !name.hasPrefix(FolderStorage.temporary) else { return }
            let key = path + name
            switch kind {
            case .file where key.hasPrefix(prefix) && key > last && key.utf8.count <= ObjectKey.mostBytes: add(key)
            case .folder where mayHave(key + "/"): folders.append(name)
            default: break
            }
        }
        // In the order of their keys: what lies far behind finds no room, and is not looked into.
        for name in folders.sorted(by: { $0 + "/" < $1 + "/" }) where mayHave(path + name + "/") {
            let inner = folder.folder(name)
            guard inner.isOpen else { continue }
            try look(in: inner, at: path + name + "/", depth: depth + 1)
        }
    }

    /// Whether a folder may have keys that are looked for.
    private func mayHave(_ below: String) -> Bool {
        (below.hasPrefix(prefix) || prefix.hasPrefix(below)) && (below > last || last.hasPrefix(below))
            && end.map { below < $0 } ?? true
    }

    private mutating func add(_ key: String) {
        if let end, key >= end { return }
        keys.append(key)
        guard keys.count >= 2 * room else { return }
        keys.sort { $0 < $1 }
        end = keys[room]
        keys.removeSubrange(room...)
    }
}
