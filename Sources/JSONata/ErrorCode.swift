/// The codes of JSONata's errors.
enum ErrorCode: String, Sendable {
    case s0101, s0102, s0103, s0104, s0105, s0106
    case s0201, s0202, s0203, s0204, s0206, s0207, s0208, s0209, s0210, s0211, s0212, s0213, s0214, s0215, s0216, s0217
    case s0301, s0302, s0303
    case s0401, s0402
    case t0410, t0411, t0412
    case d1001, d1002, t1003, d1004, t1005, t1006, t1007, t1008, d1009, t1010
    case t2001, t2002, t2003, t2004, t2006, t2007, t2008, t2009, t2010, t2011, t2012, t2013, d2014
    case d3001, d3010, d3011, d3012, d3020, d3030, d3040, d3050, d3060, d3061, d3070
    case d3080, d3081, d3082, d3083, d3084, d3085, d3086, d3087, d3088, d3089, d3090, d3091, d3092, d3093
    case d3100, d3110, d3120, d3121
    case d3130, d3131, d3132, d3133, d3134, d3135, d3136, d3137, d3138, d3139, d3140, d3141
    /// Of Step Functions' functions: an argument that they refuse.
    case d3150
    /// Too deep, or too much work.
    case u1001

    /// The code as JSONata writes it.
    var text: String { rawValue.uppercased() }

    /// The message, with the names of its fields: in two braces as JSON, in three as plain text.
    var template: String { Self.templates[self] ?? text }

    private static let templates: [ErrorCode: String] = [
        .s0101: "String literal must be terminated by a matching quote",
        .s0102: "Number out of range: {{token}}",
        .s0103: "Unsupported escape sequence: \\{{{token}}}",
        .s0104: "The escape sequence \\u must be followed by 4 hex digits",
        .s0105: "Quoted property name must be terminated with a backquote (`)",
        .s0106: "Comment has no closing tag",
        .s0201: "Syntax error: {{token}}",
        .s0202: "Expected {{value}}, got {{token}}",
        .s0203: "Expected {{value}} before end of expression",
        .s0204: "Unknown operator: {{token}}",
        .s0206: "Unknown expression type: {{token}}",
        .s0207: "Unexpected end of expression",
        .s0208: "Parameter {{value}} of function definition must be a variable name (start with $)",
        .s0209: "A predicate cannot follow a grouping expression in a step",
        .s0210: "Each step can only have one grouping expression",
        .s0211: "The symbol {{token}} cannot be used as a unary operator",
        .s0212: "The left side of := must be a variable name (start with $)",
        .s0213: "The literal value {{value}} cannot be used as a step within a path expression",
        .s0214: "The right side of {{token}} must be a variable name (start with $)",
        .s0215: "A context variable binding must precede any predicates on a step",
        .s0216: "A context variable binding must precede the 'order-by' clause on a step",
        .s0217: "The object representing the 'parent' cannot be derived from this expression",
        .s0301: "Empty regular expressions are not allowed",
        .s0302: "No terminating / in regular expression",
        .s0303: "Invalid regular expression: {{{value}}}",
        .s0401: "Type parameters can only be applied to functions and arrays",
        .s0402: "Choice groups containing parameterized types are not supported",
        .t0410: "Argument {{index}} of function {{token}} does not match function signature",
        .t0411: "Context value is not a compatible type with argument {{index}} of function {{token}}",
        .t0412: "Argument {{index}} of function {{token}} must be an array of {{type}}",
        .d1001: "Number out of range: {{value}}",
        .d1002: "Cannot negate a non-numeric value: {{value}}",
        .t1003: "Key in object structure must evaluate to a string; got: {{value}}",
        .d1004: "Regular expression matches zero length string",
        .t1005: "Attempted to invoke a non-function. Did you mean ${{{token}}}?",
        .t1006: "Attempted to invoke a non-function",
        .t1007: "Attempted to partially apply a non-function. Did you mean ${{{token}}}?",
        .t1008: "Attempted to partially apply a non-function",
        .d1009: "Multiple key definitions evaluate to same key: {{value}}",
        .t1010:
            "The matcher function argument passed to function {{token}} does not return the correct object structure",
        .t2001: "The left side of the {{token}} operator must evaluate to a number",
        .t2002: "The right side of the {{token}} operator must evaluate to a number",
        .t2003: "The left side of the range operator (..) must evaluate to an integer",
        .t2004: "The right side of the range operator (..) must evaluate to an integer",
        .t2006: "The right side of the function application operator ~> must be a function",
        .t2007: "Type mismatch when comparing values {{value}} and {{value2}} in order-by clause",
        .t2008: "The expressions within an order-by clause must evaluate to numeric or string values",
        .t2009: "The values {{value}} and {{value2}} either side of operator {{token}} must be of the same data type",
        .t2010: "The expressions either side of operator {{token}} must evaluate to numeric or string values",
        .t2011: "The insert/update clause of the transform expression must evaluate to an object: {{value}}",
        .t2012:
            "The delete clause of the transform expression must evaluate to a string or array of strings: {{value}}",
        .t2013: "The transform expression clones the input object using the $clone() function.  "
            + "This has been overridden in the current scope by a non-function.",
        .d2014: "The size of the sequence allocated by the range operator (..) must not exceed 1e7.  "
            + "Attempted to allocate {{value}}.",
        .d3001: "Attempting to invoke string function on Infinity or NaN",
        .d3010: "Second argument of replace function cannot be an empty string",
        .d3011: "Fourth argument of replace function must evaluate to a positive number",
        .d3012: "Attempted to replace a matched string with a non-string value",
        .d3020: "Third argument of split function must evaluate to a positive number",
        .d3030: "Unable to cast value to a number: {{value}}",
        .d3040: "Third argument of match function must evaluate to a positive number",
        .d3050: "The second argument of reduce function must be a function with at least two arguments",
        .d3060: "The sqrt function cannot be applied to a negative number: {{value}}",
        .d3061: "The power function has resulted in a value that cannot be represented as a JSON number: "
            + "base={{value}}, exponent={{exp}}",
        .d3070:
            "The single argument form of the sort function can only be applied to an array of strings or an array of "
            + "numbers.  Use the second argument to specify a comparison function",
        .d3080: "The picture string must only contain a maximum of two sub-pictures",
        .d3081: "The sub-picture must not contain more than one instance of the 'decimal-separator' character",
        .d3082: "The sub-picture must not contain more than one instance of the 'percent' character",
        .d3083: "The sub-picture must not contain more than one instance of the 'per-mille' character",
        .d3084: "The sub-picture must not contain both a 'percent' and a 'per-mille' character",
        .d3085:
            "The mantissa part of a sub-picture must contain at least one character that is either an 'optional digit "
            + "character' or a member of the 'decimal digit family'",
        .d3086:
            "The sub-picture must not contain a passive character that is preceded by an active character and that is "
            + "followed by another active character",
        .d3087: "The sub-picture must not contain a 'grouping-separator' character that appears adjacent to a "
            + "'decimal-separator' character",
        .d3088: "The sub-picture must not contain a 'grouping-separator' at the end of the integer part",
        .d3089: "The sub-picture must not contain two adjacent instances of the 'grouping-separator' character",
        .d3090: "The integer part of the sub-picture must not contain a member of the 'decimal digit family' that is "
            + "followed by an instance of the 'optional digit character'",
        .d3091: "The fractional part of the sub-picture must not contain an instance of the 'optional digit character' "
            + "that is followed by a member of the 'decimal digit family'",
        .d3092: "A sub-picture that contains a 'percent' or 'per-mille' character must not contain a character treated "
            + "as an 'exponent-separator'",
        .d3093: "The exponent part of the sub-picture must comprise only of one or more characters that are members of "
            + "the 'decimal digit family'",
        .d3100: "The radix of the formatBase function must be between 2 and 36.  It was given {{value}}",
        .d3110: "The argument of the toMillis function must be an ISO 8601 formatted timestamp. Given {{value}}",
        .d3120: "Syntax error in expression passed to function eval: {{value}}",
        .d3121: "Dynamic error evaluating the expression passed to function eval: {{value}}",
        .d3130: "Formatting or parsing an integer as a sequence starting with {{value}} is not supported by this "
            + "implementation",
        .d3131: "In a decimal digit pattern, all digits must be from the same decimal group",
        .d3132: "Unknown component specifier {{value}} in date/time picture string",
        .d3133:
            "The 'name' modifier can only be applied to months and days in the date/time picture string, not {{value}}",
        .d3134: "The timezone integer format specifier cannot have more than four digits",
        .d3135: "No matching closing bracket ']' in date/time picture string",
        .d3136: "The date/time picture string is missing specifiers required to parse the timestamp",
        .d3137: "{{{message}}}",
        .d3138: "The $single() function expected exactly 1 matching result.  Instead it matched more.",
        .d3139: "The $single() function expected exactly 1 matching result.  Instead it matched 0.",
        .d3140: "Malformed URL passed to ${{{token}}}(): {{value}}",
        .d3141: "{{{message}}}",
        .d3150: "{{{message}}}",
        .u1001: "{{{message}}}",
    ]
}
