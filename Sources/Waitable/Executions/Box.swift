/// A value behind a reference: copies of what holds it copy no more than that.
final class Box<Value: Sendable>: Sendable {
    let value: Value

    init(_ value: Value) { self.value = value }
}
