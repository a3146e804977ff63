import WaitableRedis

/// What the doctor saw.
package struct DoctorReport: Sendable {
    /// What Redis says of itself.
    package internal(set) var facts: ServerFacts
    /// What was found.
    package internal(set) var findings: FindingLog
    /// Which namespaces there are.
    package internal(set) var survey = NamespaceSurvey()
    /// How many partitions the namespace has.
    package internal(set) var partitions = 1
    /// How many executions were looked at.
    package internal(set) var executions = 0
    /// What waits, is due and runs; `nil` where the data could not be looked at.
    package internal(set) var overview: Overview?

    init(facts: ServerFacts, findings: FindingLog) {
        self.facts = facts
        self.findings = findings
    }
}
