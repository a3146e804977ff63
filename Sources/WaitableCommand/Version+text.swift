import Waitable
import WaitableRedis

extension Version {
    /// The version of this build, and of the function library in it.
    static let text = "\(number) (functions \(FunctionLibrary.version))"
}
