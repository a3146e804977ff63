/// The characters of a number's picture.
///
/// Source: XPath and XQuery Functions 3.1, 4.7.1.
struct NumberFormat {
    var decimalSeparator: Unicode.Scalar = "."
    var groupingSeparator: Unicode.Scalar = ","
    var exponentSeparator: Unicode.Scalar = "e"
    var minusSign = "-"
    var percent = "%"
    var perMille = "\u{2030}"
    var zeroDigit: Unicode.Scalar = "0"
    var digit: Unicode.Scalar = "#"
    var patternSeparator: Unicode.Scalar = ";"

    /// Takes over the characters that an object names.
    mutating func apply(_ options: ValueObject) throws(JSONataError) {
        for case (let key, .string(let text)) in options {
            guard let scalar = text.unicodeScalars.first else { continue }
            switch key {
            case "decimal-separator": decimalSeparator = scalar
            case "grouping-separator": groupingSeparator = scalar
            case "exponent-separator": exponentSeparator = scalar
            case "minus-sign": minusSign = text
            case "percent": percent = text
            case "per-mille": perMille = text
            case "zero-digit": zeroDigit = scalar
            case "digit": digit = scalar
            case "pattern-separator": patternSeparator = scalar
            default: break
            }
        }
    }

    /// Whether a character is a digit of the family that begins with the zero.
    func isDigit(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value >= zeroDigit.value && scalar.value - zeroDigit.value < 10
    }

    /// Whether a character stands for a digit, one that has to be there or not.
    func isPlace(_ scalar: Unicode.Scalar) -> Bool { isDigit(scalar) || scalar == digit }

    func isActive(_ scalar: Unicode.Scalar) -> Bool {
        isPlace(scalar) || scalar == decimalSeparator || scalar == exponentSeparator || scalar == groupingSeparator
            || scalar == patternSeparator
    }

    /// A digit of the family.
    func digit(_ value: UInt8) -> Unicode.Scalar { Unicode.Scalar(zeroDigit.value + UInt32(value)) ?? zeroDigit }
}
