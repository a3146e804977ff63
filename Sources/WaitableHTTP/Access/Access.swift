import HTTPTypes
import Hummingbird
package import Logging
import SignatureVersion4
package import Waitable

/// Who may do what: with credentials, callers that authenticate, within their rights; without any, everybody but pages of
/// other sites.
package struct Access: Sendable {
    private let credentials: CredentialFiles?
    private let hosts: TrustedHosts
    private let signatures: SignatureVerifier
    private let account: String
    private let logger: Logger

    /// Access by credentials.
    ///
    /// - Parameters:
    ///   - credentials: `nil` for none, so that everybody may do everything.
    ///   - hosts: Where there are no credentials, the names under which the server may be called.
    ///   - arn: The region that signatures are made for, and the account in AWS's errors.
    package init(credentials: CredentialFiles?, hosts: TrustedHosts = TrustedHosts(), arn: ARN, logger: Logger) {
        self.credentials = credentials
        self.hosts = hosts
        signatures = SignatureVerifier(region: arn.region)
        account = arn.account
        self.logger = logger
    }

    /// Whether callers have to authenticate.
    var needsCredentials: Bool { credentials != nil }

    // MARK: Routes

    /// Lets a request pass, or says why not: 401 without a known token, 403 without the right.
    func check(_ request: Request, _ need: RequiredAccess) throws(ItemError) {
        guard need != .open else { return }
        guard let credentials else {
            do throws(FieldError) { try checkPage(request) } catch { throw .foreign(error) }
            return
        }
        guard let token = Self.bearerToken(of: request) else {
            throw .unauthenticated("Authorization: must be 'Bearer TOKEN'", challenge: "Bearer realm=\"waitable\"")
        }
        guard let caller = credentials.current.caller(token: token) else {
            logger.notice("unknown token refused", metadata: ["path": "\(request.uri.path)"])
            throw .unauthenticated(
                "Authorization: must hold a token that is known here",
                challenge: "Bearer realm=\"waitable\", error=\"invalid_token\""
            )
        }
        guard case .right(let right) = need else { return }
        note(caller, right, request.uri.path)
        guard caller.rights.contains(right) else {
            throw .notAllowed(caller: caller.name, right: right)
        }
    }

    /// Who sends a request that has passed; `nil` where no credentials are configured.
    func caller(of request: Request) -> Principal? {
        Self.bearerToken(of: request).flatMap { credentials?.current.caller(token: $0) }
    }

    // MARK: Step Functions

    /// Whoever calls the Step Functions API: by a bearer token, or by a signature, for which the body is read.
    ///
    /// - Returns: `nil` where no credentials are configured.
    func caller(ofOperation request: Request, _ body: inout PendingBody) async throws(APIError) -> Principal? {
        guard let known = credentials?.current else {
            do throws(FieldError) {
                try checkPage(request)
            } catch {
                throw APIError("AccessDeniedException", "\(error)", status: .forbidden)
            }
            return nil
        }
        guard request.headers[values: .authorization].first != nil else { throw .missingAuthenticationToken }
        if let token = Self.bearerToken(of: request) {
            if let caller = known.caller(token: token) { return caller }
            logger.notice("unknown token refused", metadata: ["path": "\(request.uri.path)"])
            throw .unrecognizedClient
        }
        do throws(APIError) {
            let pending = try signatures.examine(request.head, keys: known.accessKeys, at: .now)
            return try pending.verify(body: try await StepFunctionsAPI.bytes(of: &body))
        } catch {
            logger.notice("signature refused", metadata: ["code": "\(error.code)", "reason": "\(error.message)"])
            throw error
        }
    }

    /// Lets a call of an operation pass, or says why not, as AWS does.
    func check(_ caller: Principal?, operation: String) throws(APIError) {
        guard let caller else { return }
        let right = Right(operation: operation)
        note(caller, right, operation)
        guard caller.rights.contains(right) else {
            throw APIError(
                "AccessDeniedException",
                "User: arn:aws:iam::\(account):user/\(caller.name) is not authorized to perform: states:\(operation)"
                    + " (the right \(right.rawValue) is missing)"
            )
        }
    }

    /// Who has no credentials to show must not be a page of another site.
    private func checkPage(_ request: Request) throws(FieldError) {
        do throws(FieldError) {
            try hosts.check(request.head)
        } catch {
            logger.notice("foreign request refused", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
            throw error
        }
    }

    /// Who manages, and who tries what he may not do, is worth a line.
    private func note(_ caller: Principal, _ right: Right, _ action: String) {
        let isAllowed = caller.rights.contains(right)
        guard right == .manage || !isAllowed else { return }
        logger.notice(
            isAllowed ? "management request" : "request refused: the caller lacks the right",
            metadata: ["caller": "\(caller.name)", "right": "\(right.rawValue)", "action": "\(action)"]
        )
    }

    /// The token of `Authorization: Bearer TOKEN`; `nil` where there is no such header, or more than one.
    private static func bearerToken(of request: Request) -> Substring? {
        let values = request.headers[values: .authorization]
        guard values.count == 1, let words = values.first?.split(separator: " "), words.count == 2,
            words[0].lowercased() == "bearer"
        else { return nil }
        return words[1]
    }
}

extension ItemError {
    fileprivate static func unauthenticated(_ message: String, challenge: String) -> ItemError {
        var error = ItemError(status: .unauthorized, code: "Unauthenticated", message: message)
        error.challenge = challenge
        return error
    }

    fileprivate static func foreign(_ cause: FieldError) -> ItemError {
        var error = ItemError(cause)
        error.status = .forbidden
        error.code = "ForeignRequest"
        return error
    }

    fileprivate static func notAllowed(caller: String, right: Right) -> ItemError {
        var error = ItemError(
            status: .forbidden,
            code: "NotAllowed",
            message: "The token '\(caller)' does not have the right '\(right.rawValue)'."
        )
        error.challenge = "Bearer realm=\"waitable\", error=\"insufficient_scope\", scope=\"\(right.rawValue)\""
        return error
    }
}
