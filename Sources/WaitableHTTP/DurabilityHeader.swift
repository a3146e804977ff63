import HTTPTypes
import Hummingbird
import RedisClient
import Waitable
import WaitableRedis

extension HTTPField.Name {
    /// How safe a start has to be; in an answer, how safe it is: `fsync`, `replicas=N`, both, or `none`.
    static let waitableDurability = Self("Waitable-Durability")!
}

extension DurabilityConfirmer {
    /// How safe the starts of a request have to be, by its header.
    ///
    /// - Throws: `FieldError` for what cannot be read, and for what Redis can never reach.
    func durability(of request: Request) async throws(FieldError) -> Durability {
        let name = HTTPField.Name.waitableDurability
        return try await durability(request.headers[name], in: name.rawName)
    }
}
