extension String {
    /// The text in lines of at most some columns, broken between words; a word that is longer is broken too.
    func lines(of columns: Int) -> [String] {
        split(separator: "\n", omittingEmptySubsequences: false).flatMap { paragraph in
            var lines: [String] = []
            var line = ""
            for word in paragraph.split(separator: " ") {
                var word = word
                if !line.isEmpty, line.count + 1 + word.count > columns {
                    lines.append(line)
                    line = ""
                }
                while word.count > columns {
                    lines.append(String(word.prefix(columns)))
                    word = word.dropFirst(columns)
                }
                line += line.isEmpty ? "\(word)" : " \(word)"
            }
            return line.isEmpty && !lines.isEmpty ? lines : lines + [line]
        }
    }

    /// The text in lines of at most some columns, all but the first indented.
    func wrapped(to columns: Int, indent: Int) -> String {
        lines(of: columns - indent).joined(separator: "\n" + String(repeating: " ", count: indent))
    }
}
