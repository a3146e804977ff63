import Crypto
import Foundation
import HTTPTypes
import SignatureVersion4
import StatesLanguage
import Testing

@testable import WaitableHTTP

/// Signature Version 4, by AWS's own test suite (the cases with the path `/`) and documented example, and what is refused.
@Suite(.timeLimit(.minutes(1)))
struct SignatureTests {
    /// A case: a request, what AWS's canonical form of it hashes to, and its signature.
    struct Vector: Sendable, CustomTestStringConvertible {
        var name: String
        var method = HTTPRequest.Method.get
        var path = "/"
        var host = "example.amazonaws.com"
        var service = "service"
        var headers: [(String, String)] = []
        var signedHeaders = "host;x-amz-date"
        var body = ""
        var hash: String
        var signature: String

        var testDescription: String { name }

        var request: HTTPRequest {
            var request = HTTPRequest(method: method, scheme: "https", authority: host, path: path)
            for (name, value) in headers + [("X-Amz-Date", "20150830T123600Z")] {
                request.headerFields.append(HTTPField(name: HTTPField.Name(name)!, value: value))
            }
            let authorization =
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/\(service)/aws4_request, "
                + "SignedHeaders=\(signedHeaders), Signature=\(signature)"
            request.headerFields[.authorization] = authorization
            return request
        }
    }

    private static let key = AccessKey(
        id: "AKIDEXAMPLE",
        rights: [.start],
        secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    )
    private static let now = Instant(basicISO8601: "20150830T123600Z")!

    private func verify(
        _ request: HTTPRequest,
        body: String = "",
        service: String = "service",
        at now: Instant = Self.now
    ) throws(APIError) -> Principal {
        let verifier = SignatureVerifier(region: "us-east-1", service: service)
        return try verifier.examine(request, keys: ["AKIDEXAMPLE": Self.key], at: now).verify(body: Array(body.utf8))
    }

    static let vectors: [Vector] = [
        Vector(
            name: "get-vanilla",
            hash: "bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63",
            signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
        ),
        Vector(
            name: "get-vanilla-query-order-key-case",
            path: "/?Param2=value2&Param1=value1",
            hash: "816cd5b414d056048ba4f7c5386d6e0533120fb1fcfa93762cf0fc39e2cf19e0",
            signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
        ),
        Vector(
            name: "get-vanilla-query-order-value",
            path: "/?Param1=value2&Param1=value1",
            hash: "c968629d70850097a2d8781c9bf7edcb988b04cac14cca9be4acc3595f884606",
            signature: "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694"
        ),
        Vector(
            name: "get-vanilla-utf8-query",
            path: "/?\u{1234}=bar",
            hash: "eb30c5bed55734080471a834cc727ae56beb50e5f39d1bff6d0d38cb192a7073",
            signature: "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"
        ),
        Vector(
            name: "get-header-value-trim",
            headers: [("My-Header1", " value1"), ("My-Header2", " \"a   b   c\"")],
            signedHeaders: "host;my-header1;my-header2;x-amz-date",
            hash: "a726db9b0df21c14f559d0a978e563112acb1b9e05476f0a6a1c7d68f28605c7",
            signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"
        ),
        Vector(
            name: "get-header-key-duplicate",
            headers: [("My-Header1", "value2"), ("My-Header1", "value2"), ("My-Header1", "value1")],
            signedHeaders: "host;my-header1;x-amz-date",
            hash: "dc7f04a3abfde8d472b0ab1a418b741b7c67174dad1551b4117b15527fbe966c",
            signature: "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"
        ),
        Vector(
            name: "get-header-value-order",
            headers: [
                ("My-Header1", "value4"), ("My-Header1", "value1"), ("My-Header1", "value3"), ("My-Header1", "value2"),
            ],
            signedHeaders: "host;my-header1;x-amz-date",
            hash: "31ce73cd3f3d9f66977ad3dd957dc47af14df92fcd8509f59b349e9137c58b86",
            signature: "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"
        ),
        Vector(
            name: "post-vanilla",
            method: .post,
            hash: "553f88c9e4d10fc9e109e2aeb65f030801b70c2f6468faca261d401ae622fc87",
            signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
        ),
        Vector(
            name: "post-x-www-form-urlencoded",
            method: .post,
            headers: [("Content-Type", "application/x-www-form-urlencoded")],
            signedHeaders: "content-type;host;x-amz-date",
            body: "Param1=value1",
            hash: "42a5e5bb34198acb3e84da4f085bb7927f2bc277ca766e6d19c73c2154021281",
            signature: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"
        ),
        // The example of "Create a signed AWS API request".
        Vector(
            name: "iam ListUsers",
            path: "/?Action=ListUsers&Version=2010-05-08",
            host: "iam.amazonaws.com",
            service: "iam",
            headers: [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")],
            signedHeaders: "content-type;host;x-amz-date",
            hash: "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59",
            signature: "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
        ),
    ]

    @Test("AWS's vectors", arguments: vectors)
    func vector(_ vector: Vector) throws {
        let canonical = CanonicalRequest(
            vector.request,
            signedHeaders: vector.signedHeaders.split(separator: ";").map(String.init),
            payloadHash: Hex.text(SHA256.hash(data: Data(vector.body.utf8)))
        )
        #expect(canonical.hash == vector.hash, "\(canonical.text)")
        #expect(
            try verify(vector.request, body: vector.body, service: vector.service)
                == Principal(name: "AKIDEXAMPLE", rights: [.start])
        )
        #expect(throws: APIError.self) {
            try verify(vector.request, body: vector.body + " ", service: vector.service)
        }
    }

    @Test("The texts are those of AWS")
    func canonicalText() {
        let text = CanonicalRequest(
            Self.vectors[9].request,
            signedHeaders: ["content-type", "host", "x-amz-date"],
            payloadHash: Hex.text(SHA256.hash(data: Data()))
        ).text
        #expect(
            text == """
                GET
                /
                Action=ListUsers&Version=2010-05-08
                content-type:application/x-www-form-urlencoded; charset=utf-8
                host:iam.amazonaws.com
                x-amz-date:20150830T123600Z

                content-type;host;x-amz-date
                e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
                """
        )
    }

    /// What is done to a good request, and the error that it gets then.
    struct Spoiled: Sendable, CustomTestStringConvertible {
        var what: String
        var code: String
        var message: String
        var spoil: @Sendable (inout HTTPRequest) -> Void

        var testDescription: String { what }

        init(
            _ what: String,
            _ code: String,
            _ message: String,
            _ spoil: @Sendable @escaping (inout HTTPRequest) -> Void
        ) {
            (self.what, self.code, self.message, self.spoil) = (what, code, message, spoil)
        }

        static func authorization(
            _ what: String,
            _ code: String,
            _ message: String,
            _ edit: @Sendable @escaping (String) -> String
        ) -> Spoiled {
            Spoiled(what, code, message) { request in
                request.headerFields[.authorization] = request.headerFields[.authorization].map(edit)
            }
        }
    }

    private static let incomplete = "IncompleteSignatureException"
    private static let invalid = "InvalidSignatureException"

    static let spoiled: [Spoiled] = [
        .authorization("another algorithm", incomplete, "must begin with 'AWS4-HMAC-SHA256'") {
            $0.replacing("AWS4-HMAC-SHA256", with: "AWS4-ECDSA-P256-SHA256")
        },
        .authorization("no parts", incomplete, "requires 'Credential' parameter. Authorization header requires") { _ in
            "AWS4-HMAC-SHA256 nothing"
        },
        .authorization("no signature", incomplete, "Authorization header requires 'Signature' parameter.") {
            String($0.prefix { $0 != ";" }) + ";x-amz-date"
        },
        .authorization("a part twice", incomplete, "must have 'Signature' once") { $0 + ", Signature=00" },
        .authorization("a short scope", incomplete, "exactly 5 slash-delimited elements") {
            $0.replacing("/aws4_request", with: "")
        },
        .authorization("no hexadecimal", incomplete, "64 hexadecimal digits") { $0.dropLast(2) + "xy" },
        .authorization("a short signature", incomplete, "64 hexadecimal digits") { String($0.dropLast(2)) },
        .authorization("an unknown key", "UnrecognizedClientException", "token included in the request is invalid") {
            $0.replacing("AKIDEXAMPLE", with: "AKIDOTHER")
        },
        .authorization("another region", invalid, "a valid region, not 'eu-west-1'") {
            $0.replacing("us-east-1", with: "eu-west-1")
        },
        .authorization("another service", invalid, "correct service: 'service'") {
            $0.replacing("/service/", with: "/s3/")
        },
        .authorization("another terminator", invalid, "a valid terminator: 'aws4_request', not 'aws5'") {
            $0.replacing("aws4_request", with: "aws5")
        },
        .authorization("another day", invalid, "'20150829' != '20150830', from '20150830T123600Z'") {
            $0.replacing("/20150830/", with: "/20150829/")
        },
        .authorization("no host", invalid, "'Host' or ':authority' must be a 'SignedHeader'") {
            $0.replacing("=host;", with: "=")
        },
        .authorization("an absent header", invalid, "The signed header 'x-gone' is not in the request.") {
            $0.replacing("=host;", with: "=host;x-gone;")
        },
        .authorization("another signature", invalid, "does not match the signature you provided. Check your AWS Secret")
        {
            String($0.dropLast()) + ($0.hasSuffix("0") ? "1" : "0")
        },
        Spoiled("an unsigned header", invalid, "headers present in the request which were not signed: x-amz-target") {
            $0.headerFields[HTTPField.Name("X-Amz-Target")!] = "AWSStepFunctions.StopExecution"
        },
        Spoiled("another method", invalid, "does not match") { $0.method = .post },
        Spoiled("another host", invalid, "does not match") { $0.authority = "elsewhere" },
        Spoiled("another query", invalid, "does not match") { $0.path = "/?a=b" },
        Spoiled("temporary credentials", "UnrecognizedClientException", "is invalid") {
            $0.headerFields[HTTPField.Name("X-Amz-Security-Token")!] = "token"
        },
        Spoiled("no date", incomplete, "requires existence of a 'X-Amz-Date' header") {
            $0.headerFields[HTTPField.Name("X-Amz-Date")!] = nil
        },
        Spoiled("another format of dates", incomplete, "Got '2015-08-30T12:36:00Z'") {
            $0.headerFields[HTTPField.Name("X-Amz-Date")!] = "2015-08-30T12:36:00Z"
        },
        Spoiled("two authorizations", incomplete, "must be one Authorization header") {
            $0.headerFields.append(HTTPField(name: .authorization, value: "Bearer x"))
        },
    ]

    @Test("What is not as it was signed is refused, as AWS refuses it", arguments: spoiled)
    func refused(_ spoiled: Spoiled) {
        var request = Self.vectors[0].request
        spoiled.spoil(&request)
        do throws(APIError) {
            _ = try verify(request)
            Issue.record("was not refused")
        } catch {
            #expect(error.code == spoiled.code, "\(error)")
            #expect(error.message.contains(spoiled.message), "\(error)")
            #expect(error.status == .badRequest)
        }
    }

    @Test(
        "A client's clock may be off by five minutes",
        arguments: [
            ("20150830T123100Z", nil), ("20150830T124100Z", nil),
            (
                "20150830T124101Z",
                "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T124101Z - 5 min.)"
            ),
            (
                "20150830T123059Z",
                "Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z "
                    + "(20150830T123059Z + 5 min.)"
            ),
        ] as [(String, String?)]
    )
    func clock(now: String, message: String?) throws {
        let now = try #require(Instant(basicISO8601: now))
        do throws(APIError) {
            _ = try verify(Self.vectors[0].request, at: now)
            #expect(message == nil)
        } catch {
            #expect(error.code == Self.invalid)
            #expect(error.message == message)
        }
    }

    @Test("A payload hash that the client names has to be that of the body")
    func payloadHash() {
        for (said, code) in [("UNSIGNED-PAYLOAD", Self.invalid), ("0000", Self.invalid)] {
            var request = Self.vectors[0].request
            request.headerFields[HTTPField.Name("X-Amz-Content-SHA256")!] = said
            request.headerFields[.authorization] = request.headerFields[.authorization]?.replacing(
                "=host;",
                with: "=host;x-amz-content-sha256;"
            )
            #expect {
                try verify(request)
            } throws: {
                ($0 as? APIError)?.code == code
            }
        }
    }
}
