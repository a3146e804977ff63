import StatesLanguage
import Waitable

/// The entries that the functions `waitable_accept` and `waitable_commit` take: see entries.lua.
extension FunctionArguments {
    /// Appends the entries of some transitions: those that are one write of one form as rows, the others one by one.
    ///
    /// - Parameter keys: The keys of the partition in which they are applied: effects that belong into another one are sent there.
    /// - Returns: Which transition each entry is, and so each reply; `nil` where they are in order.
    mutating func append(_ transitions: [Transition], _ keys: Keys) -> [Int]? {
        append(transitions.count)
        if let first = transitions.first?.row, transitions.allSatisfy({ $0.row == first }) {
            append(first, transitions.count)
            for transition in transitions { appendRow(transition, isOwn: first.own != nil) }
            return nil
        }
        var rows: [(row: Row, places: [Int])] = []
        var others: [Int] = []
        for (place, transition) in transitions.enumerated() {
            guard let row = transition.row else {
                others.append(place)
                continue
            }
            if let index = rows.firstIndex(where: { $0.row == row }) {
                rows[index].places.append(place)
            } else {
                rows.append((row, [place]))
            }
        }
        for (row, places) in rows {
            append(row, places.count)
            for place in places { appendRow(transitions[place], isOwn: row.own != nil) }
        }
        for place in others { appendEntry(transitions[place], keys) }
        return rows.flatMap(\.places) + others
    }

    private mutating func append(_ row: Row, _ count: Int) {
        append("")
        append(count)
        append(row.closes ? "close" : "wait")
        append(row.form.word)
        append(row.own?.machine ?? "")
        append(row.own?.table ?? "")
    }

    private mutating func appendRow(_ transition: Transition, isOwn: Bool) {
        guard case .item(.write(let key, _, let values)) = transition.effects[0] else { return }
        append(isOwn ? key.id : transition.key.member)
        append(transition.document)
        if !isOwn { append(key.suffix) }
        if case .due(let instant) = transition.next { append(String(instant.milliseconds)) }
        for value in values[(isOwn ? 1 : 0)...] { append(value) }
    }

    private mutating func appendEntry(_ transition: Transition, _ keys: Keys) {
        append(transition.key.member)
        switch transition.next {
        case .due(let instant): append(String(instant.milliseconds))
        case .answered(let limit): append("?" + String(limit?.milliseconds ?? DueScore.never))
        case .closed: append("")
        case .leased: append("=")
        }
        append(transition.document)
        switch transition.listing {
        case .unbegun: append("")
        case .unchanged: append("-")
        case .element(let element): append(element)
        case .removed: append("!")
        }
        append(transition.effects.count)
        for effect in transition.effects {
            if keys.partitioning.count > 1, let id = effect.home {
                let partition = keys.partitioning.partition(of: id)
                if partition != keys.partition || effect.isTour {
                    append("send")
                    append(partition)
                }
            }
            effect.appendArguments { append($0) }
        }
    }
}

/// What rows have in common.
private struct Row: Equatable {
    let form: ItemForm
    let closes: Bool
    /// Where the item's id is the execution's name and the value of its first field: then it is said once.
    let own: Own?

    struct Own: Equatable {
        let machine: String
        let table: String
    }
}

extension Transition {
    /// What it has in common with others that are one write, and nothing for the list; `nil` where it is more.
    fileprivate var row: Row? {
        guard listing == .unchanged, effects.count == 1,
            case .item(.write(let item, let form, let values)) = effects[0],
            !form.fields.isEmpty
        else { return nil }
        let isOwn = item.id == key.name && values[0] == key.name && key.name.utf8.count <= 512 && !key.machine.isEmpty
        let own = isOwn ? Row.Own(machine: key.machine, table: item.table) : nil
        switch next {
        case .due: return Row(form: form, closes: false, own: own)
        case .closed: return Row(form: form, closes: true, own: own)
        case .answered, .leased: return nil
        }
    }
}
