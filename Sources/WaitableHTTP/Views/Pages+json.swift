package import StatesLanguage
import Waitable
package import WaitableOperations
package import WaitableRedis

extension ItemPager.Page {
    /// `{"items": […], "nextToken"?}`
    package var json: JSON { JSON.page(items.map(ItemView.json), next) }
}

extension ItemOperator {
    /// A page of items: open ones by due instant, then closed ones, the newest first, as ``ExecutionList`` has them.
    ///
    /// - Returns: `{"items": […], "nextToken"?}`. Where they are large or with a filter a page may hold fewer than asked
    ///   for, even none, and still have a next one.
    package func list(_ request: ListRequest) async throws(StoreError) -> JSON {
        let (items, next) = try await partitions.executions(request.list, from: request.start, limit: request.limit) {
            listed -> JSON? in
            if let error = request.error, listed.execution.failure?.error != error { return nil }
            return ItemSummary(listed.execution, score: listed.score).json
        }
        return JSON.page(items, next)
    }

    /// A page of items as they are stored, by their due instants.
    ///
    /// - Returns: `{"items": […], "nextToken"?}`
    package func items(_ request: ListRequest) async throws(StoreError) -> JSON {
        try await ItemPager(partitions: partitions, table: itemTable).page(
            from: request.start ?? .beginning,
            limit: request.limit,
            processStatus: request.processStatus
        ).json
    }
}

extension JSON {
    fileprivate static func page(_ items: [JSON], _ next: ListCursor?) -> JSON {
        var page: JSONObject = ["items": .array(items)]
        page["nextToken"] = next.map { .string($0.token) }
        return .object(page)
    }
}
