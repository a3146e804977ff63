extension String {
    /// The text, or its beginning and `…` where it has more than some bytes.
    func shortened(to bytes: Int) -> String {
        utf8.count <= bytes ? self : String(decoding: utf8.prefix(bytes - 6), as: UTF8.self) + "…"
    }
}
