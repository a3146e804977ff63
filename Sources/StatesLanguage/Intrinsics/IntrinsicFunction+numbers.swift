extension IntrinsicFunction {
    /// `States.MathAdd` and `States.MathRandom`.
    static let numbers = [
        IntrinsicFunction("MathAdd", 2...2) { arguments throws(IntrinsicError) in
            let (sum, overflows) = try arguments.integer(0).addingReportingOverflow(try arguments.integer(1))
            guard !overflows else { throw arguments.failure("the sum must fit into 64 bits") }
            return .integer(Int64(sum))
        },
        // Without a seed the number is that of this evaluation, so that a step made again gives the same one.
        IntrinsicFunction("MathRandom", 2...3) { arguments throws(IntrinsicError) in
            let (first, end) = (try arguments.integer(0), try arguments.integer(1))
            guard first < end else { throw arguments.failure("the first number must be less than the second") }
            let seed = arguments.count == 3 ? String(try arguments.integer(2)) : arguments.seed
            var random = StepRandom(execution: seed, event: 0)
            return .integer(Int64(Int.random(in: first..<end, using: &random)))
        },
    ]
}
