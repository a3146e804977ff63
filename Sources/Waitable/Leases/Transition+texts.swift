extension ArraySlice<Transition> {
    /// The names and texts in what they do beside their documents that a caller may have chosen, for ``Limits/texts``.
    package var texts: Int {
        var known: ItemForm?
        var texts = 0
        for transition in self {
            for effect in transition.effects {
                switch effect {
                case .item(let effect):
                    texts += effect.texts(besides: known)
                    if case .write(_, let form, _) = effect { known = form }
                case .publish(_, let fields), .forget(let fields): texts += 2 * fields.count
                case .offer, .start, .stop, .follow, .unfollow, .report, .tell: texts += 1
                }
            }
        }
        return texts
    }
}
