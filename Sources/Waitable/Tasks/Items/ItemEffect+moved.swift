import StatesLanguage

extension ItemEffect {
    /// The same of an execution that was moved before it began: its own item says when it is due now.
    func moved(to instant: Instant, of key: ExecutionKey) -> ItemEffect {
        guard case .write(let item, let form, var values) = self, item.id == key.name,
            let place = form.fields.firstIndex(where: { $0 == "StartActionAt" })
        else { return self }
        values[place] = AttributeValue.string(instant.iso8601).stored
        return .write(item, form, values: values)
    }
}
