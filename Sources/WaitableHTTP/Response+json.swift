import HTTPTypes
import Hummingbird
import NIOCore
import StatesLanguage

extension Response {
    /// A response with a JSON body.
    init(
        status: HTTPResponse.Status = .ok,
        json: JSON,
        contentType: String = "application/json"
    ) {
        var bytes: [UInt8] = []
        json.write(to: &bytes)
        self.init(status: status, jsonBytes: bytes, contentType: contentType)
    }

    /// A response with a body that is JSON already.
    init(
        status: HTTPResponse.Status = .ok,
        jsonBytes bytes: [UInt8],
        contentType: String = "application/json"
    ) {
        self.init(
            status: status,
            headers: [.contentType: contentType],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }
}
