/// The name of a variable. It is hashed once, and compared by that first.
struct Name: Sendable, Equatable {
    let text: String
    private let hash: Int

    init(_ text: String) {
        self.text = text
        var hash: UInt = 5381
        for byte in text.utf8 { hash = hash &* 33 &+ UInt(byte) }
        self.hash = Int(bitPattern: hash)
    }

    static func == (left: Name, right: Name) -> Bool { left.hash == right.hash && left.text == right.text }
}

/// A variable and its value.
struct Binding {
    let name: Name
    var value: Value
}

/// The variables of a part of an expression, and those around it.
final class Scope {
    private(set) var parent: Scope?
    private var bindings: [Binding]
    /// Where each is, once there are many.
    private var places: [Spelling: Int] = [:]
    private static let few = 32
    /// Whether the evaluation takes it apart at its end.
    var isKept = false

    init(_ parent: Scope?, _ bindings: [Binding] = []) {
        self.parent = parent
        self.bindings = bindings
    }

    func bind(_ name: Name, _ value: Value) {
        if let index = place(of: name) {
            bindings[index].value = value
            return
        }
        bindings.append(Binding(name: name, value: value))
        if !places.isEmpty {
            places[name.text] = bindings.count - 1
        } else if bindings.count > Self.few {
            // The first of a name counts.
            for (index, binding) in bindings.enumerated().reversed() { places[binding.name.text] = index }
        }
    }

    private func place(of name: Name) -> Int? {
        places.isEmpty ? bindings.firstIndex { $0.name == name } : places[name.text]
    }

    /// The value of a variable here or further out; `nil` where it is not bound.
    func lookup(_ name: Name) -> Value? {
        var scope: Scope? = self
        while let current = scope {
            if let index = current.place(of: name) { return current.bindings[index].value }
            scope = current.parent
        }
        return nil
    }

    /// Lets go of everything: a function bound here that was made here would keep itself alive.
    func clear() {
        bindings = []
        places = [:]
        parent = nil
    }
}
