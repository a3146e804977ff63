import Crypto
import HTTPTypes
import SignatureVersion4
import StatesLanguage

/// Checks Signature Version 4 of calls of the Step Functions API, with AWS's errors.
///
/// In two steps, so that nobody without a key id makes the server read a body.
struct SignatureVerifier: Sendable {
    /// The region that calls have to be signed for.
    let region: String
    /// The service that calls have to be signed for.
    var service = "states"

    /// How far a client's clock may be off, in milliseconds.
    static let tolerance: Int64 = 300_000

    /// What stands in the head is right; the signature is still to be checked, over the body.
    struct Pending {
        fileprivate let request: HTTPRequest
        fileprivate let header: AuthorizationHeader
        fileprivate let key: AccessKey
        fileprivate let timestamp: String

        /// - Throws: `InvalidSignatureException`.
        func verify(body: [UInt8]) throws(APIError) -> Principal {
            let payloadHash = Hex.text(SHA256.hash(data: body))
            // Where a client says what it signed (or that it left the body unsigned), it has to be the body.
            if let said = request.headerFields[.amazonContentHash], said.lowercased() != payloadHash {
                throw .invalidSignature
            }
            let scope = "\(header.date)/\(header.region)/\(header.service)/\(header.terminator)"
            let canonical = CanonicalRequest(request, signedHeaders: header.signedHeaders, payloadHash: payloadHash)
            let text = "AWS4-HMAC-SHA256\n\(timestamp)\n\(scope)\n\(canonical.hash)"
            let signingKey = SigningKey(
                secret: key.secret,
                date: header.date,
                region: header.region,
                service: header.service
            )
            guard signingKey.isValid(header.signature, of: text) else { throw .invalidSignature }
            return Principal(name: key.id, rights: key.rights)
        }
    }

    /// Checks all that does not need the body.
    ///
    /// - Throws: AWS's error for what is wrong.
    func examine(_ request: HTTPRequest, keys: [Spelling: AccessKey], at now: Instant) throws(APIError) -> Pending {
        let values = request.headerFields[values: .authorization]
        guard values.count == 1, let value = values.first else {
            throw .incompleteSignature("There must be one Authorization header.")
        }
        let header = try AuthorizationHeader(value)
        // Temporary credentials: none are issued here.
        guard let key = keys[header.keyID], request.headerFields[.amazonSecurityToken] == nil else {
            throw .unrecognizedClient
        }
        let timestamp = try check(header, dateOf: request, at: now)
        try check(header, signs: request)
        return Pending(request: request, header: header, key: key, timestamp: timestamp)
    }

    private func check(
        _ header: AuthorizationHeader,
        dateOf request: HTTPRequest,
        at now: Instant
    ) throws(APIError) -> String {
        guard let timestamp = request.headerFields[.amazonDate] else {
            throw .incompleteSignature("Authorization header requires existence of a 'X-Amz-Date' header.")
        }
        guard let date = Instant(basicISO8601: timestamp) else {
            throw .incompleteSignature(
                "Date must be in ISO-8601 'basic format'. Got '\(timestamp.prefix(64))'. See http://en.wikipedia.org/wiki/ISO_8601"
            )
        }
        guard header.region == region else {
            throw .signature("Credential should be scoped to a valid region, not '\(header.region.prefix(64))'. ")
        }
        guard header.service == service else {
            throw .signature("Credential should be scoped to correct service: '\(service)'. ")
        }
        guard header.terminator == "aws4_request" else {
            throw .signature(
                "Credential should be scoped with a valid terminator: 'aws4_request', not '\(header.terminator.prefix(64))'. "
            )
        }
        guard header.date == timestamp.prefix(8) else {
            throw .signature(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
                    + "'\(header.date.prefix(64))' != '\(timestamp.prefix(8))', from '\(timestamp)'."
            )
        }
        let (here, oldest) = (now.basicISO8601, now.adding(milliseconds: -Self.tolerance))
        let newest = now.adding(milliseconds: Self.tolerance)
        if date < oldest {
            throw .signature(
                "Signature expired: \(timestamp) is now earlier than \(oldest.basicISO8601) (\(here) - 5 min.)"
            )
        }
        if date > newest {
            throw .signature(
                "Signature not yet current: \(timestamp) is still later than \(newest.basicISO8601) (\(here) + 5 min.)"
            )
        }
        return timestamp
    }

    private func check(_ header: AuthorizationHeader, signs request: HTTPRequest) throws(APIError) {
        guard header.signedHeaders.contains("host") else {
            throw .signature("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
        }
        for name in header.signedHeaders where CanonicalRequest.values(of: name, in: request).isEmpty {
            throw .signature("The signed header '\(name.prefix(64))' is not in the request.")
        }
        for name in request.headerFields.map(\.name.canonicalName)
        where name.hasPrefix("x-amz-") && !header.signedHeaders.contains(name) {
            throw .signature("There were headers present in the request which were not signed: \(name.prefix(64))")
        }
    }
}

extension APIError {
    static let missingAuthenticationToken = APIError(
        "MissingAuthenticationTokenException",
        "Missing Authentication Token"
    )
    static let unrecognizedClient = APIError(
        "UnrecognizedClientException",
        "The security token included in the request is invalid."
    )
    static let invalidSignature = signature(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
            + "and signing method. Consult the service documentation for details."
    )

    static func signature(_ message: String) -> APIError { APIError("InvalidSignatureException", message) }

    static func incompleteSignature(_ message: String) -> APIError { APIError("IncompleteSignatureException", message) }
}

extension HTTPField.Name {
    fileprivate static let amazonDate = Self("X-Amz-Date")!
    fileprivate static let amazonContentHash = Self("X-Amz-Content-SHA256")!
    fileprivate static let amazonSecurityToken = Self("X-Amz-Security-Token")!
}
