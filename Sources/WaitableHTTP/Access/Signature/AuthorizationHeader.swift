/// The parts of `Authorization: AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`.
struct AuthorizationHeader {
    let keyID: String
    /// The credential scope: date (YYYYMMDD), region, service, terminator.
    let date: String
    let region: String
    let service: String
    let terminator: String
    /// Lower-case names, as they were signed.
    let signedHeaders: [String]
    let signature: [UInt8]

    /// - Throws: `IncompleteSignatureException`, with AWS's texts but for the header, which is not repeated.
    init(_ value: String) throws(APIError) {
        let algorithm = "AWS4-HMAC-SHA256"
        guard let rest = value.without(prefix: algorithm + " ") else {
            throw .incompleteSignature("Authorization header must begin with '\(algorithm)', or be a bearer token.")
        }
        var parts: [Spelling: String] = [:]
        for part in rest.split(separator: ",") {
            let part = Substring(part.unicodeScalars.drop { $0 == " " })
            guard let equals = part.firstIndex(of: "=") else { continue }
            let name = String(part[..<equals])
            let value = String(part.unicodeScalars[equals...].dropFirst())
            guard parts.updateValue(value, forKey: Spelling(name)) == nil else {
                throw .incompleteSignature("Authorization header must have '\(name)' once.")
            }
        }
        let missing = ["Credential", "Signature", "SignedHeaders"].filter { parts[$0]?.isEmpty ?? true }
        guard missing.isEmpty, let credential = parts["Credential"], let signature = parts["Signature"],
            let signedHeaders = parts["SignedHeaders"]
        else {
            throw .incompleteSignature(
                missing.map { "Authorization header requires '\($0)' parameter." }.joined(separator: " ")
            )
        }
        let scope = credential.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard scope.count == 5 else {
            throw .incompleteSignature(
                "Credential must have exactly 5 slash-delimited elements, keyid/date/region/service/term."
            )
        }
        guard let bytes = Hex.bytes(signature), bytes.count == 32 else {
            throw .incompleteSignature("Signature must be 64 hexadecimal digits.")
        }
        (keyID, date, region, service, terminator) = (scope[0], scope[1], scope[2], scope[3], scope[4])
        self.signedHeaders = signedHeaders.split(separator: ";").map(String.init)
        self.signature = bytes
    }
}
