import WaitableRedis

/// The version of this build, and of the function library in it.
enum Version {
    static let number = "0.1.0"
    static let text = "\(number) (functions \(FunctionLibrary.version))"
}
