import Foundation
import StatesLanguage
import Waitable

/// Where the objects of a bucket are.
package struct Bucket: Sendable, Equatable {
    /// The name, or `*` for all that have none of their own.
    package let name: String
    /// Where it is.
    package let place: Place

    /// Where objects are: those of one bucket, or, for `*`, in a folder with the name of theirs.
    package enum Place: Sendable, Equatable {
        /// A folder, by its absolute path.
        case folder(String)
        /// What a web server has below a URL.
        case web(WebAddress)
        /// An endpoint of S3, or of what speaks as it does.
        case storage(WebAddress)

        /// Reads `file:/folder`, `https://…`, `s3+https://…`; `nil` where the text is none of them.
        package init?(_ text: String) {
            if let path = text.without(prefix: "file:") {
                guard path.utf8.first == UInt8(ascii: "/"), !path.utf8.contains(0) else { return nil }
                self = .folder(path)
            } else if let url = text.without(prefix: "s3+") {
                guard let address = WebAddress(url) else { return nil }
                self = .storage(address)
            } else {
                guard let address = WebAddress(text) else { return nil }
                self = .web(address)
            }
        }

        /// Whether it is a folder that is there.
        package var isFolder: Bool {
            guard case .folder(let path) = self else { return false }
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
        }
    }

    /// A URL below which objects are, without a query.
    package struct WebAddress: Sendable, Equatable {
        let url: CallURL

        init?(_ text: String) {
            guard let url = CallURL(text), !text.utf8.contains(UInt8(ascii: "?")) else { return nil }
            self.url = url
        }
    }

    /// A bucket at a place; `nil` where the name can be none.
    package init?(name: String, _ place: Place) {
        guard name == "*" || Self.isName(name) else { return nil }
        self.name = name
        self.place = place
    }

    /// Whether it stands for all that have none of their own.
    var isForOthers: Bool { name == "*" }

    /// Whether a text can be the name of a bucket, and so of a folder.
    static func isName(_ text: String) -> Bool {
        (1...255).contains(text.utf8.count) && text != "." && text != ".."
            && text.utf8.allSatisfy { $0.isASCIIAlphanumeric || "-._".utf8.contains($0) }
    }
}

/// What requests to S3 are signed with.
package struct StorageCredentials: Sendable, Equatable {
    let keyID: String
    let secret: String
    let sessionToken: String?
    let region: String

    /// Reads what AWS's own programs read; `nil` where there is no key.
    package init?(environment: [String: String]) {  // own words
        func given(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        guard let keyID = given("AWS_ACCESS_KEY_ID"), let secret = given("AWS_SECRET_ACCESS_KEY") else { return nil }
        self.keyID = keyID
        self.secret = secret
        sessionToken = given("AWS_SESSION_TOKEN")
        region = given("AWS_REGION") ?? given("AWS_DEFAULT_REGION") ?? "us-east-1"
    }
}

extension TransferRequest {
    /// The name of the bucket; `nil` where it has none that can be one.
    var bucketName: String? {
        let parameters =
            switch transfer {
            case .read(let reading): reading.parameters
            case .write(let writing): writing.parameters
            }
        return parameters["Bucket"]?.stringValue.flatMap { Bucket.isName($0) ? $0 : nil }
    }
}
