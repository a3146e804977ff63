/// How long closed executions stay.
package struct RetentionConfiguration: Sendable, Hashable {
    /// The age from which they leave, counted from their closing, in ms; `nil`: they do not leave by age.
    package var ageMilliseconds: Int64?
    /// The most that stay; `nil`: any number.
    package var count: Int?
    /// The table whose items leave with their executions; `nil`: items stay.
    package var itemTable: String?
    /// The time between two looks, in ms; each is up to a quarter sooner, so that replicas do not look all at once.
    package var intervalMilliseconds: Int
    /// The most executions that one step removes, 1 to 1,000: bounds how long Redis is held up.
    package var batch: Int

    /// A retention; the defaults are those of Step Functions, which keeps closed executions for 90 days.
    package init(
        ageMilliseconds: Int64? = 90 * 86_400_000,
        count: Int? = nil,
        itemTable: String? = nil,
        intervalMilliseconds: Int = 30_000,
        batch: Int = 250
    ) {
        self.ageMilliseconds = ageMilliseconds
        self.count = count
        self.itemTable = itemTable
        self.intervalMilliseconds = intervalMilliseconds
        self.batch = batch
    }
}
