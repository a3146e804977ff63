extension Path {
    /// One step of a path.
    indirect enum Segment: Sendable, Equatable {
        case key(String)
        /// `['a','b']`: as the last step one object of what is there, else each of them.
        case keys([String])
        /// Negative numbers count from the end.
        case index(Int)
        /// `[0,2]`
        case indexes([Int])
        case wildcard
        case slice(from: Int?, to: Int?, by: Int)
        /// `[?(…)]`: elements that a condition holds for, or the object itself.
        case filter(PathCondition)
        /// `..` and the step behind it, taken from the document itself and from all that is in it.
        case deep(Segment)
    }
}

extension Path.Segment {
    var isDefinite: Bool {
        switch self {
        case .key, .index: true
        case .keys, .indexes, .wildcard, .slice, .filter, .deep: false
        }
    }

    var isDeep: Bool { if case .deep = self { true } else { false } }

    /// The one value that a definite step leads to.
    func step(into value: JSON) -> JSON? {
        switch (self, value) {
        case (.key(let key), .object(let object)):
            return object[key]
        case (.keys(let keys), .object(let object)):
            var found = JSONObject()
            for key in keys { found[key] = object[key] }
            return .object(found)
        case (.index(let index), .array(let array)):
            let position = index < 0 ? array.count + index : index
            return array.indices.contains(position) ? array[position] : nil
        default:
            return nil
        }
    }

    /// How many values a step can lead to from one: how many names or indexes it has.
    var width: Int {
        switch self {
        case .keys(let keys): keys.count
        case .indexes(let indexes): indexes.count
        case .key, .index, .wildcard, .slice, .filter, .deep: 1
        }
    }

    /// All values that a step leads to; none where it leads nowhere.
    ///
    /// - Parameters:
    ///   - root: What `$` means in a condition.
    ///   - work: What it costs. Where that is used up, the values are not to be used.
    func all(in value: JSON, of root: JSON, _ work: WorkBudget) -> [JSON] {
        guard work.spend(width) else { return [] }
        switch (self, value) {
        case (.wildcard, .array(let array)):
            return work.spend(array.count) ? array : []
        case (.wildcard, .object(let object)):
            return work.spend(object.count) ? object.map(\.value) : []
        case (.keys(let keys), .object(let object)):
            return keys.compactMap { object[$0] }
        case (.indexes(let indexes), .array):
            return indexes.compactMap { Self.index($0).step(into: value) }
        case (.slice(let from, let to, let step), .array(let array)):
            func bound(_ index: Int) -> Int {
                min(max(index < 0 ? array.count + max(index, -array.count) : index, 0), array.count)
            }
            let start = bound(from ?? 0)
            let end = bound(to ?? array.count)
            guard start < end, work.spend((end - start) / step + 1) else { return [] }
            return stride(from: start, to: end, by: step).map { array[$0] }
        case (.filter(let condition), .array(let array)):
            return array.filter { condition.holds(for: $0, of: root, work) }
        case (.filter(let condition), .object):
            return condition.holds(for: value, of: root, work) ? [value] : []
        case (.deep(let step), _):
            var containers: [JSON] = []
            value.gather(&containers, work)
            return containers.flatMap { container -> [JSON] in
                // Each object is looked at by itself, so not once more as its array's element.
                if case .filter = step, case .array = container { return [] }
                return step.all(in: container, of: root, work)
            }
        default:
            return step(into: value).map { [$0] } ?? []
        }
    }
}

extension JSON {
    /// Gathers the value and all that is in it, as far as it is an object or an array; what contains comes first.
    fileprivate func gather(_ containers: inout [JSON], _ work: WorkBudget) {
        switch self {
        case .object(let object):
            guard work.spend(1 + object.count) else { return }
            containers.append(self)
            for (_, value) in object { value.gather(&containers, work) }
        case .array(let array):
            guard work.spend(1 + array.count) else { return }
            containers.append(self)
            for element in array { element.gather(&containers, work) }
        default: break
        }
    }
}
