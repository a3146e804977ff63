/// What a map run asks for that lies outside the execution: its items, or a place for its results.
public enum MapTransfer: Sendable, Equatable {
    /// The next page of items.
    case read(ItemReading)
    /// The next part of the results.
    case write(ResultWriting)

    /// The id of the task that waits for it: the map run's.
    public var id: Int {
        switch self {
        case .read(let reading): reading.id
        case .write(let writing): writing.id
        }
    }
}

/// A page of the items that an `ItemReader` names. It is answered with `{"page", "items": […], "source"?, "position"?}`; without a
/// position there are no more. `source` says where all of them come from, if not all of the run do. Asked for twice, it must
/// be the same.
public struct ItemReading: Sendable, Equatable {
    /// What is read.
    public enum Operation: Sendable, Equatable {
        /// An object: its content has the items.
        case object
        /// A bucket's list of objects: these are the items.
        case list
        /// The objects of such a list: their contents have the items.
        case listedObjects
        /// The objects that a manifest names: their contents have the items.
        case namedObjects(ItemManifest)
    }

    /// The map run's id.
    public let id: Int
    /// What is read.
    public let operation: Operation
    /// How an object has its items.
    public let format: ItemFormat
    /// `Bucket`, `Key` and others.
    public let parameters: JSONObject
    /// Which page it is, from 1.
    public let page: Int
    /// Where the last page has ended, as its answer said; `nil` for the first page.
    public let position: String?
    /// The most items of the page.
    public let most: Int
}

/// What an object is that names others, which have the items.
public enum ItemManifest: String, Sendable {
    /// `manifest.json` of an inventory of S3.
    case inventory = "S3_INVENTORY"
    /// What Athena writes for an `UNLOAD`: a URI of S3 a line.
    case athena = "ATHENA_DATA"
}

/// How an object has the items of a map run.
public enum ItemFormat: Sendable, Equatable {
    /// An array, within the document where a JSON Pointer says; its tokens are unescaped.
    case json(pointer: [String])
    /// A JSON value a line.
    case jsonLines
    /// Rows of fields, with their names; `nil` where the first row has them.
    case csv(delimiter: UInt8, headers: [String]?)
}

/// A part of the results of a map run. It is answered with `{"page", "position"}`, or with `{"page", "details": {…}}` once all is
/// written. Asked for twice, it must have the same effect.
public struct ResultWriting: Sendable, Equatable {
    /// What is written of an execution that succeeded.
    public enum Transformation: String, Sendable, CaseIterable {
        /// All that `DescribeExecution` tells of it.
        case none = "NONE"
        /// Its output.
        case compact = "COMPACT"
        /// Its output, or the elements of that where it is an array.
        case flatten = "FLATTEN"
    }

    /// The map run's id.
    public let id: Int
    /// What the map run is called after.
    public let label: String
    /// The map run's ARN.
    public let mapRun: String
    /// Whether its executions are of the EXPRESS type.
    public let isExpress: Bool
    /// `Bucket` and `Prefix`.
    public let parameters: JSONObject
    /// What is written of an execution that succeeded.
    public let transformation: Transformation
    /// Whether a file has a line for each, not one array.
    public let isLines: Bool
    /// How many executions were begun.
    public let count: Int
    /// Whether all of them have succeeded.
    public let haveAllSucceeded: Bool
    /// Which part it is, from 1.
    public let page: Int
    /// Where the last part has ended, as its answer said; `nil` for the first part.
    public let position: String?
}
