/// How long a wait may be.
///
/// Source: recorded executions of AWS Step Functions; 24,855 days are accepted, and 24,856 are not.
public enum WaitLimit {
    /// The longest wait, in ms: 2^31 - 1 seconds.
    public static let milliseconds = Int64(Int32.max) * 1_000
}
