import StatesLanguage
import Testing

@testable import WaitableObjects

@Suite("Manifests", .timeLimit(.minutes(1)))
struct ObjectManifestTests {
    private func fault(_ text: String, _ kind: ItemManifest) -> String? {
        do {
            _ = try ObjectManifest(Array(text.utf8), kind)
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test("An inventory names its files, their bucket and their columns")
    func inventory() throws {
        let text =
            #"{"destinationBucket":"arn:aws:s3:::inv","fileFormat":"CSV","fileSchema":"Bucket, Key,Size","files":[{"key":"a"},{"key":"b/c"}]}"#
        let manifest = try ObjectManifest(Array(text.utf8), .inventory)
        #expect(manifest.objects.map(\.key) == ["a", "b/c"])
        #expect(manifest.objects.allSatisfy { $0.bucket == "inv" })
        #expect(manifest.format == .csv(delimiter: UInt8(ascii: ","), headers: ["Bucket", "Key", "Size"]))
        for (text, part) in [
            ("[", "is no JSON"), ("[]", "'fileFormat' must be CSV"),
            (#"{"fileFormat":"ORC"}"#, "must be CSV: 'ORC'"), (#"{"fileFormat":"CSV"}"#, "'fileSchema'"),
            (#"{"fileFormat":"CSV","fileSchema":"A"}"#, "'files' must be an array"),
            (#"{"fileFormat":"CSV","fileSchema":"A","files":[{"key":1}]}"#, "'files[0].key' must be a string"),
        ] {
            #expect(fault(text, .inventory)?.contains(part) == true, "\(text): \(fault(text, .inventory) ?? "none")")
        }
    }

    @Test("One of Athena has a URI a line")
    func athena() throws {
        let manifest = try ObjectManifest(Array("s3://a/b/c\r\n\ns3://d/e".utf8), .athena)
        #expect(manifest.objects.map(\.bucket) == ["a", "d"])
        #expect(manifest.objects.map(\.key) == ["b/c", "e"])
        #expect(manifest.format == nil)
        #expect(fault("s3:/a/b", .athena)?.contains("a URI of S3 in each line: 's3:/a/b'") == true)
        #expect(fault("s3://a", .athena) != nil)
    }
}
