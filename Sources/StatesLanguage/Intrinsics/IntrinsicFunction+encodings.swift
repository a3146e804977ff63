import Crypto
import Foundation

extension IntrinsicFunction {
    /// `States.Base64Encode`, `States.Base64Decode`, `States.Hash`.
    static let encodings = [
        IntrinsicFunction("Base64Encode", 1...1) { arguments throws(IntrinsicError) in
            .string(Data(try arguments.text(0).utf8).base64EncodedString())
        },
        IntrinsicFunction("Base64Decode", 1...1) { arguments throws(IntrinsicError) in
            guard let data = Data(base64Encoded: try arguments.text(0)), let text = String(data: data, encoding: .utf8)
            else { throw arguments.wrong(0, "Base64 of a UTF-8 text") }
            return .string(text)
        },
        IntrinsicFunction("Hash", 2...2) { arguments throws(IntrinsicError) in
            let value = arguments.values[0]
            try arguments.spend(writing: value)
            let text = value.stringValue ?? value.text
            guard text.unicodeScalars.count <= IntrinsicArguments.longestText else {
                throw arguments.wrong(0, "a value of at most \(IntrinsicArguments.longestText) characters")
            }
            let algorithm = try arguments.string(1)
            guard let hash = hashes[algorithm] else {
                throw arguments.wrong(1, "one of MD5, SHA-1, SHA-256, SHA-384 and SHA-512")
            }
            return .string(Hex.text(hash(Data(text.utf8))))
        },
    ]

    private static let hashes: [Spelling: @Sendable (Data) -> [UInt8]] = [
        "MD5": { Array(Insecure.MD5.hash(data: $0)) },
        "SHA-1": { Array(Insecure.SHA1.hash(data: $0)) },
        "SHA-256": { Array(SHA256.hash(data: $0)) },
        "SHA-384": { Array(SHA384.hash(data: $0)) },
        "SHA-512": { Array(SHA512.hash(data: $0)) },
    ]
}
