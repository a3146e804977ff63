/// A part of an expression, as it is read and then put into shape.
///
/// A class: a later part of the expression adds to what an earlier one became, as a predicate to the last step of a path.
final class Syntax {
    enum Kind {
        case name(String)
        case variable(String)
        case string(String)
        case number(Double)
        case bool(Bool)
        case null
        case regex(Pattern)
        case wildcard
        case descendants
        /// The object that holds the current one; the slot says at which level.
        case parent(AncestorSlot?)
        /// A word that may turn out to be a name, or `?` for an argument that is left open.
        case symbol(Symbol)
        /// Where the expression ended too early.
        case end
        case operation(Symbol, Syntax, Syntax)
        case predicate(Syntax, Syntax)
        case grouping(Syntax, [(key: Syntax, value: Syntax)])
        case ordering(Syntax, [SortTerm])
        case focusBinding(Syntax, Syntax)
        case indexBinding(Syntax, Syntax)
        case bind(Syntax, Syntax)
        case apply(Syntax, Syntax)
        case negation(Syntax)
        case array([Syntax])
        case object([(key: Syntax, value: Syntax)])
        case call(Syntax, [Syntax], isPartial: Bool)
        case lambda(parameters: [String], signature: Signature?, body: Syntax)
        case condition(Syntax, then: Syntax, otherwise: Syntax?)
        /// `?:`: the other one where the first is not true.
        case elvis(Syntax, Syntax)
        /// `??`: the other one where the first is nothing.
        case coalescing(Syntax, Syntax)
        case transform(pattern: Syntax, update: Syntax, deletion: Syntax?)
        case block([Syntax])
        /// Steps, once the expression is in shape.
        case path([Syntax])
        /// A step that sorts.
        case sort([SortTerm])
    }

    /// An expression to sort by.
    struct SortTerm {
        var isDescending: Bool
        var expression: Syntax
    }

    /// What is done to a step's result, one after another.
    enum Stage {
        case filter(Syntax)
        /// Binds the position of each item to a variable.
        case index(String)
    }

    var kind: Kind
    let position: Int
    /// How many parts are in each other at most.
    let height: Int

    /// Whether a single result stays an array: `[]`.
    var keepsArray = false
    /// Whether that is so for the whole path.
    var keepsSingletonArray = false
    var predicates: [Syntax] = []
    var stages: [Stage] = []
    var group: [(key: Syntax, value: Syntax)]?
    /// The variable that `@` binds the item to.
    var focus: String?
    /// The variable that `#` binds the position to.
    var index: String?
    /// Whether the results carry bindings with them.
    var isTuple = false
    /// The slot of a `%` further on that means this step's input.
    var ancestor: AncestorSlot?
    /// The slots of `%` in it that mean something before it.
    var seekingParent: [AncestorSlot] = []
    /// Whether it makes an array that stays one in a path.
    var isArrayConstructor = false

    init(_ kind: Kind, at position: Int, height: Int = 0) {
        self.kind = kind
        self.position = position
        self.height = height
    }
}

/// What a `%` stands for.
final class AncestorSlot {
    /// Under which name the object is bound; two that mean the same share it.
    var label: String
    /// How many levels further up it is.
    var level = 1
    let index: Int

    init(index: Int) {
        self.index = index
        label = "!\(index)"
    }
}
