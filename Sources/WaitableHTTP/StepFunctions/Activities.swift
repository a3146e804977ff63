import Logging
import StatesLanguage
import Waitable
import WaitableRedis

extension StepFunctionsAPI {
    /// Creates an activity. Idempotent for the same name.
    func createActivity(_ request: APIRequest) async throws -> JSONObject {
        let name = try request.required("name")
        guard ResourceName.problem(with: name) == nil else { throw APIError.invalidName(name) }
        let tags = try request.tags()
        try request.checkEncryption()
        let record = ActivityRecord(name: name, creationDate: try await ingest.clock.now())
        let activity = try await ingest.store.create(record)
        try await tag("activity:\(name)", tags)
        return ["activityArn": .string(ingest.arn.activity(name)), "creationDate": activity.creationDate.epochSeconds]
    }

    /// Describes an activity.
    func describeActivity(_ request: APIRequest) async throws -> JSONObject {
        let activity = try await activity(request)
        var answer = item(of: activity)
        answer["encryptionConfiguration"] = Self.encryption
        return answer
    }

    /// Lists the activities, by name, page by page.
    func listActivities(_ request: APIRequest) async throws -> JSONObject {
        let page = try request.page(of: try await ingest.store.activities()) { $0.name }
        return page.answer("activities") { .object(item(of: $0)) }
    }

    /// Removes an activity. One that does not exist is removed already.
    func deleteActivity(_ request: APIRequest) async throws -> JSONObject {
        let name = try ingest.arn.activityName(in: try request.required("activityArn"))
        try await ingest.store.deleteActivity(name)
        try await ingest.store.changeTags(of: "activity:\(name)") { $0 = [:] }
        return [:]
    }

    /// Takes a task of an activity, and waits a minute for one where there is none.
    func getActivityTask(_ request: APIRequest) async throws -> JSONObject {
        let name = try await activity(request).name
        let worker = try request.optional("workerName")
        let client = request.client
        let task = try await ingest.offers.poll(
            name,
            for: client,
            limit: Self.longestPoll,
            interval: Self.pollInterval
        ) {
            try await takeTask(of: name, for: client, worker: worker)
        }
        guard let task else { return [:] }
        // Where the client goes before it has the answer, the task is the next one's.
        client.onGone { [offers = ingest.offers] in offers.giveBack(task) }
        return ["taskToken": .string(task.token), "input": .string(task.input)]
    }

    /// Takes a task, and confirms it: one whose answer was lost on the way is somebody else's.
    private func takeTask(
        of activity: String,
        for client: WaitingClient,
        worker: String?
    ) async throws -> ActivityTask? {
        while let task = try await ingest.partitions.store(of: activity).takeTask(of: activity) {
            if client.isGone {
                ingest.offers.giveBack(task)
                return nil
            }
            if try await confirm(task, worker: worker) { return task }
        }
        return nil
    }

    /// Confirms a task, and asks the partition of its execution, if that is another one, whether it still waits: the execution
    /// may have been stopped since the task was offered.
    private func confirm(_ task: ActivityTask, worker: String?) async throws -> Bool {
        let partitions = ingest.partitions
        var isConfirmed = false
        for _ in 0..<Self.confirmations {
            do throws(StoreError) {
                if !isConfirmed {
                    isConfirmed = try await partitions.store(of: task.activity).confirm(task, worker: worker)
                }
                guard isConfirmed else { return false }
                return try await partitions.awaits(task)
            } catch {
                // An earlier try may have been carried out, whatever this one came to.
                guard error.isWorthRepeating || error.isPassing else {
                    ingest.offers.giveBack(task)
                    throw error
                }
            }
            guard (try? await Task.sleep(for: .milliseconds(.random(in: 50...250)))) != nil else { break }
        }
        // Nobody knows whether it is confirmed.
        ingest.offers.giveBack(task)
        return false
    }

    /// How often a task is confirmed whose confirmation is not answered.
    private static let confirmations = 5

    /// How long a poll is kept waiting, as AWS does.
    private static let longestPoll: Duration = .seconds(60)
    /// After how long a poll looks without an announcement: one can be lost with its connection.
    private static let pollInterval: Duration = .seconds(5)

    private func activity(_ request: APIRequest) async throws -> ActivityRecord {
        let arn = try request.required("activityArn")
        guard let activity = try await ingest.store.activity(try ingest.arn.activityName(in: arn)) else {
            throw APIError("ActivityDoesNotExist", "Activity Does Not Exist: '\(arn)'")
        }
        return activity
    }

    private func item(of activity: ActivityRecord) -> JSONObject {
        [
            "activityArn": .string(ingest.arn.activity(activity.name)),
            "name": .string(activity.name),
            "creationDate": activity.creationDate.epochSeconds,
        ]
    }
}
