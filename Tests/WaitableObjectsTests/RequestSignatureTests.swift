import SignatureVersion4
import StatesLanguage
import Testing

@testable import WaitableObjects

@Suite("Requests to S3", .timeLimit(.minutes(1)))
struct RequestSignatureTests {
    /// Source: Amazon S3, "Examples: Signature Calculations", "GET Bucket (List Objects)": the example signs these headers alone.
    @Test("are signed as AWS's example is")
    func example() {
        let signature = RequestSignature(
            keyID: "AKIAIOSFODNN7EXAMPLE",
            secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            sessionToken: nil,
            region: "us-east-1"
        )
        let headers = signature.headers(
            method: "GET",
            path: "/",
            parameters: [("prefix", "J"), ("max-keys", "2")],
            host: "examplebucket.s3.amazonaws.com",
            body: [],
            at: Instant(milliseconds: 1_369_353_600_000)
        )
        #expect(headers.map(\.name) == ["x-amz-content-sha256", "x-amz-date", "Authorization"])
        #expect(headers[1].value == "20130524T000000Z")
        #expect(
            headers[2].value
                == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                + "SignedHeaders=host;x-amz-content-sha256;x-amz-date,"
                + "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
        )
    }

    @Test(
        "have their time in AWS's form",
        arguments: [
            (0, "19700101T000000Z"), (951_782_400, "20000229T000000Z"), (1_709_251_199, "20240229T235959Z"),
            (4_107_542_399, "21000228T235959Z"), (4_107_542_400, "21000301T000000Z"),
        ] as [(Int64, String)]
    )
    func timestamps(seconds: Int64, text: String) {
        #expect(Instant(milliseconds: seconds * 1_000).basicISO8601 == text)
    }

    @Test("are answered with lists of objects")
    func list() {
        let text = """
            <?xml version="1.0" encoding="UTF-8"?>
            <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><KeyCount>2</KeyCount>
            <Contents><Key>a&amp;b/&#233;&#xE9;.csv</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified>
            <ETag>&quot;x&quot;</ETag><Size>7</Size><StorageClass>STANDARD</StorageClass></Contents>
            <Contents><Key>\u{301}c\u{600}</Key><Size>0</Size></Contents></ListBucketResult>
            """
        let objects = ObjectList(Array(text.utf8))?.objects
        #expect(objects?.count == 2)
        #expect(objects?.first?["Key"] == "a&b/éé.csv")
        #expect(objects?.first?["ETag"] == "\"x\"")
        #expect(objects?.last?["Size"] == "0")
        #expect(objects?.last?["Key"] == "\u{301}c\u{600}")
        #expect(objects?.last?["ETag"] == nil)
        #expect(ObjectList(Array("<Error/>".utf8)) == nil)
        #expect(ObjectList(Array("<ListBucketResult></ListBucketResult>".utf8))?.objects == [])
    }

    @Test(
        "are answered with a page of a list only where its keys lie behind the last one, in the order of their bytes",
        arguments: [
            (["a", "b", "\u{FFFD}", "\u{10000}"], nil, true), (["b"], "a", true), ([], "a", true),
            (["a"], "a", false), (["b", "a"], nil, false), (["b", "b"], "a", false), ([""], nil, false),
        ] as [([String], String?, Bool)]
    )
    func follows(keys: [String], last: String?, isPage: Bool) throws {
        let contents = keys.map { "<Contents><Key>\($0)</Key></Contents>" }.joined()
        let list = try #require(ObjectList(Array("<ListBucketResult>\(contents)</ListBucketResult>".utf8)))
        #expect(list.follows(last) == isPage)
    }
}
