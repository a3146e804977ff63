/// Limits that the processes and the function library both hold to, each in one place.
///
/// The library gets them as the Lua table `LIMITS`, made of ``all``.
package enum Limits {
    /// Entries in one call, and executions in one claim.
    package static let batch = 1_000
    /// Effects of one step: it enters 500 states at the most, and may give up 1,000 items.
    package static let effects = 10_000
    /// An execution's name with its machine's, and any other name, in bytes.
    package static let name = 1_024
    /// An item's table and key with a colon between them, in bytes: DynamoDB's 255 and 2,048.
    package static let itemKey = 2_304
    /// The body of a start by the rules of `POST /`, in bytes: an Id of 80 characters and an instant are far smaller.
    package static let item = 16_384
    /// An execution's document, in bytes.
    package static let document = 16_777_216
    /// The documents that one claim returns, in bytes; the first is always returned.
    package static let claimedBytes = 16_777_216
    /// The answers that wait for an execution's next step, in bytes, before it has to read them: about what it may store.
    package static let inbox = 12_582_912
    /// Texts and names of callers in what one call of Redis does to items: as many as Lua takes in a moment even where they
    /// were chosen to be slow (texts.lua).
    package static let texts = 6_000
    /// Values, lists and maps among them, in one request on items: as many as are decoded and written in a moment.
    package static let values = 6_000
    /// A lease, in ms.
    package static let lease = 86_400_000

    /// All of them, by name.
    package static let all: KeyValuePairs<String, Int> = [
        "batch": batch, "effects": effects, "name": name, "itemKey": itemKey, "item": item, "document": document,
        "claimedBytes": claimedBytes, "inbox": inbox, "texts": texts, "values": values, "lease": lease,
    ]
}
