/// Where a template is being read: the positions down to a part of it, and their names for errors.
struct TemplatePlace {
    /// The positions of members and elements.
    private(set) var positions: [Int] = []
    private var names: [String]
    private var bytes = 0

    /// The whole of a field.
    init(_ field: String) { names = [field] }

    mutating func enter(_ position: Int, _ name: String) {
        positions.append(position)
        names.append(name)
        bytes += name.utf8.count
    }

    mutating func leave() {
        positions.removeLast()
        bytes -= names.removeLast().utf8.count
    }

    /// In words; of a place with a long name, the number of what was found before it.
    func text(after found: Int) -> String { bytes <= 1_024 ? names.joined() : "\(names[0])/#\(found)" }
}
