/// The picture of the positive numbers, or of the negative ones.
struct SubPicture {
    var prefix: String
    let suffix: String
    /// What the number is multiplied by: for percent and per mille.
    let factor: Double
    /// The least digits before the point, and how many a mantissa has there.
    let leastInteger: Int
    let scale: Int
    let leastFraction: Int
    let mostFraction: Int
    /// The least digits of the exponent; 0 where it has none.
    let exponentSize: Int
    /// Before how many digits from the point a separator stands.
    private let integerGroups: Set<Int>
    /// The same where it stands regularly.
    private let regularGroup: Int
    let fractionGroups: Set<Int>

    init(_ picture: [Unicode.Scalar], _ format: NumberFormat) throws(JSONataError) {
        let parts = Parts(picture, format)
        if let code = parts.fault(format) { throw JSONataError(code) }
        prefix = String(picture[..<parts.active.lowerBound])
        suffix = String(picture[parts.active.upperBound...])
        factor =
            String(picture).utf8Position(of: format.percent, from: 0) != nil
            ? 100
            : String(picture).utf8Position(of: format.perMille, from: 0) != nil ? 1_000 : 1
        let hasExponent = parts.exponent != nil
        scale = parts.integer.count(where: format.isDigit)
        var leastInteger = scale
        var leastFraction = parts.fraction.count(where: format.isDigit)
        var mostFraction = parts.fraction.count(where: format.isPlace)
        if leastInteger == 0, mostFraction == 0 {
            if hasExponent { (leastFraction, mostFraction) = (1, 1) } else { leastInteger = 1 }
        }
        if hasExponent, leastInteger == 0, parts.integer.contains(format.digit) { leastInteger = 1 }
        if leastInteger == 0, leastFraction == 0 { leastFraction = 1 }
        (self.leastInteger, self.leastFraction, self.mostFraction) = (leastInteger, leastFraction, mostFraction)
        exponentSize = parts.exponent?.count(where: format.isDigit) ?? 0
        let groups = Self.groups(parts.integer.reversed(), format)
        integerGroups = Set(groups)
        regularGroup = Self.regular(groups)
        fractionGroups = Set(Self.groups(Array(parts.fraction), format))
    }

    /// After how many digits each separator stands.
    private static func groups(_ part: [Unicode.Scalar], _ format: NumberFormat) -> [Int] {
        var (groups, digits) = ([Int](), 0)
        for scalar in part {
            if format.isPlace(scalar) { digits += 1 }
            if scalar == format.groupingSeparator { groups.append(digits) }
        }
        return groups
    }

    /// The distance of separators that stand in equal distances from each other and the end; 0 where they do not.
    static func regular(_ groups: [Int]) -> Int {
        func divisor(_ one: Int, _ two: Int) -> Int { two == 0 ? one : divisor(two, one % two) }
        guard let first = groups.first else { return 0 }
        let distance = groups.dropFirst().reduce(first, divisor)
        let all = Set(groups)
        return (1...groups.count).allSatisfy { all.contains($0 * distance) } ? distance : 0
    }

    /// Whether a separator stands before so many digits of the integer part.
    func hasSeparator(before digits: Int) -> Bool {
        regularGroup > 0 ? digits % regularGroup == 0 : integerGroups.contains(digits)
    }

    /// What a picture consists of.
    private struct Parts {
        let picture: [Unicode.Scalar]
        /// From the first character to the last one that has a meaning.
        let active: Range<Int>
        let mantissa: ArraySlice<Unicode.Scalar>
        let exponent: ArraySlice<Unicode.Scalar>?
        let integer: ArraySlice<Unicode.Scalar>
        let fraction: ArraySlice<Unicode.Scalar>

        init(_ picture: [Unicode.Scalar], _ format: NumberFormat) {
            self.picture = picture
            let isEdge = { (scalar: Unicode.Scalar) in format.isActive(scalar) && scalar != format.exponentSeparator }
            if let first = picture.firstIndex(where: isEdge), let last = picture.lastIndex(where: isEdge) {
                active = first..<(last + 1)
            } else {
                active = 0..<picture.count
            }
            let all = picture[active]
            let end = all.firstIndex(of: format.exponentSeparator)
            mantissa = all[..<(end ?? all.endIndex)]
            exponent = end.map { all[($0 + 1)...] }
            let point = mantissa.firstIndex(of: format.decimalSeparator) ?? mantissa.endIndex
            integer = mantissa[..<point]
            fraction = mantissa[point...].dropFirst()
        }

        /// What is wrong with the picture: of several things, the last one.
        func fault(_ format: NumberFormat) -> ErrorCode? {
            var fault: ErrorCode?
            func check(_ isWrong: Bool, _ code: ErrorCode) { if isWrong { fault = code } }
            let points = picture.indices.filter { picture[$0] == format.decimalSeparator }
            let text = String(picture)
            let (percents, perMilles) = (count(of: format.percent, in: text), count(of: format.perMille, in: text))
            check(points.count > 1, .d3081)
            check(percents > 1, .d3082)
            check(perMilles > 1, .d3083)
            check(percents > 0 && perMilles > 0, .d3084)
            check(!mantissa.contains(where: format.isPlace), .d3085)
            check(!picture[active].allSatisfy(format.isActive), .d3086)
            let separator = format.groupingSeparator
            if let point = points.first {
                let hasBefore = point > 0 && picture[point - 1] == separator
                check(hasBefore || point + 1 < picture.count && picture[point + 1] == separator, .d3087)
            } else {
                check(integer.last == separator, .d3088)
            }
            check(zip(picture, picture.dropFirst()).contains { $0 == separator && $1 == separator }, .d3089)
            if let place = integer.firstIndex(of: format.digit) {
                check(integer[..<place].contains(where: format.isDigit), .d3090)
            }
            if let place = fraction.lastIndex(of: format.digit) {
                check(fraction[place...].contains(where: format.isDigit), .d3091)
            }
            if let exponent {
                check(!exponent.isEmpty && percents + perMilles > 0, .d3092)
                check(exponent.isEmpty || !exponent.allSatisfy(format.isDigit), .d3093)
            }
            return fault
        }

        private func count(of part: String, in text: String) -> Int { text.parts(separator: part).count - 1 }
    }
}
