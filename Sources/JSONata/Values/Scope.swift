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
    /// Whether the evaluation takes it apart at its end.
    var isKept = false

    init(_ parent: Scope?, _ bindings: [Binding] = []) {
        self.parent = parent
        self.bindings = bindings
    }

    func bind(_ name: Name, _ value: Value) {
        if let index = bindings.firstIndex(where: { $0.name == name }) {
            bindings[index].value = value
        } else {
            bindings.append(Binding(name: name, value: value))
        }
    }

    /// The value of a variable here or further out; `nil` where it is not bound.
    func lookup(_ name: Name) -> Value? {
        var scope: Scope? = self
        while let current = scope {
            for binding in current.bindings where binding.name == name { return binding.value }
            scope = current.parent
        }
        return nil
    }

    /// Lets go of everything: a function bound here that was made here would keep itself alive.
    func clear() {
        bindings = []
        parent = nil
    }
}
