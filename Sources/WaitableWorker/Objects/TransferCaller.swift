import StatesLanguage
import Waitable
import WaitableObjects
import WaitableRedis

/// Reads items of map runs, and writes results of them.
struct TransferCaller: Sendable {
    let caller: HTTPCaller
    let partitions: Partitions
    let memory: PageMemory

    /// What a call came to: of a map run here, of anything else with the caller.
    func answer(to call: OutsideCall) async -> TaskAnswer {
        guard case .transfer(let request) = call.target else { return await caller.answer(to: call) }
        do throws(TransferFailure) {
            let name = request.bucketName
            guard let name else { throw TransferFailure(reason: "Bucket: must be the name of a bucket") }
            guard let storage = storage(of: name) else { throw TransferFailure.noPlace(name) }
            switch request.transfer {
            case .read(let reading):
                let reader = ItemReadingCaller(storage: storage, bucket: name, memory: memory) {
                    Bucket.isName($0) ? self.storage(of: $0) : nil
                }
                return try await reader.answer(to: reading)
            case .write(let writing):
                let files = ResultFiles(request: request, writing: writing, storage: storage, partitions: partitions)
                return try await files.writeNext(to: name)
            }
        } catch {
            return .failed(error: request.error, cause: error.reason)
        }
    }

    /// The objects of a bucket; `nil` where no setting says where they are.
    private func storage(of name: String) -> (any ObjectStorage)? {
        guard let bucket = caller.configuration.bucket(named: name) else { return nil }
        let folders = bucket.isForOthers ? [name] : []
        switch bucket.place {
        case .folder(let root): return FolderStorage(root: root, names: folders, windows: memory.windows)
        case .web(let address):
            var url = address.url
            for folder in folders { url.addPath(folder) }
            return WebStorage(caller: caller, base: url, signature: nil, isS3: false)
        case .storage(let address):
            var url = address.url
            url.addPath(name)
            let signature = caller.configuration.storageCredentials.map {
                RequestSignature(keyID: $0.keyID, secret: $0.secret, sessionToken: $0.sessionToken, region: $0.region)
            }
            return WebStorage(caller: caller, base: url, signature: signature, isS3: true)
        }
    }
}

/// Why items cannot be read, or results cannot be written.
struct TransferFailure: Error {
    let reason: String

    init(reason: String) { self.reason = reason }

    init(_ key: String, _ fault: some CustomStringConvertible) { reason = "The object '\(key)': \(fault)" }

    init(_ key: String, _ fault: ItemFault) {
        reason = fault.isOfAWS ? fault.reason : "The object '\(key)': \(fault)"
    }

    /// Nobody waits for the answer any more.
    static let givenUp = TransferFailure(reason: "The reading was given up")
}

extension StorageFault: CustomStringConvertible {
    var description: String { reason }
}

extension ObjectStorage {
    /// Does something with the storage, a few times where that may help.
    func patiently<Value>(
        _ body: (Self) async throws(StorageFault) -> Value
    ) async throws(StorageFault) -> Value {
        for pause in [500, 1_000, 2_000] {
            do throws(StorageFault) {
                return try await body(self)
            } catch {
                guard error.isPassing, !Task.isCancelled else { throw error }
            }
            try? await Task.sleep(for: .milliseconds(pause))
        }
        return try await body(self)
    }
}
