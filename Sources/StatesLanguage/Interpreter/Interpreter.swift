/// Runs an execution of a state machine, step by step.
///
/// A step is pure: what it does depends on nothing but the definition, the context, the flow, the stimuli and the
/// instant, so the same step made again gives the same flow and the same events.
public struct Interpreter: Sendable {
    let machine: StateMachine
    let context: ExecutionContext
    /// Which events are made; the others are only counted.
    let recording: Recording
    let allowance: Int

    /// An interpreter for one execution.
    ///
    /// - Parameter allowance: The units of work with which a step breaks off, where that is sooner than usual. A step that
    ///   has used as many (``Advance/work``) is to be thrown away: made again without the bound, it may end elsewhere.
    public init(
        machine: StateMachine,
        context: ExecutionContext,
        recording: Recording = .nothing,
        allowance: Int = .max
    ) {
        self.machine = machine
        self.context = context
        self.recording = recording
        self.allowance = allowance
    }

    /// Enters the first state and runs on from there.
    ///
    /// - Parameters:
    ///   - now: The instant of the step.
    ///   - waitEnd: The end of the first wait that is entered, where it was moved before the execution began.
    public func start(at now: Instant, waitEnd: Instant? = nil, tasks: inout some TaskHandler) -> Advance {
        var walk = StepEvaluator(self, at: now, lastEventID: 0)
        walk.movedEnd = waitEnd
        walk.begin()
        let end = walk.run(.enter(machine.startAt, input: nil, previous: 0), &tasks)
        return walk.advance(end, deadline: deadline(from: now))
    }

    /// Moves a flow on: by the stimuli, and by the time. A line whose instant has not come stays where it is.
    public func advance(
        _ flow: Flow,
        by stimuli: [Stimulus],
        at now: Instant,
        tasks: inout some TaskHandler
    ) -> Advance {
        var walk = StepEvaluator(self, at: now, lastEventID: flow.lastEventID)
        if let deadline = flow.deadline, walk.hasPassed(deadline) { return walk.timedOut(flow) }
        var root = flow.root
        if let instant = stimuli.rescheduling { root.reschedule(to: instant) }
        let end = walk.run(walk.resumption(of: root, by: stimuli), &tasks)
        return walk.advance(end, deadline: flow.deadline)
    }

    /// Stands an execution in the first Wait state that a line from the start leads to, its wait over, and runs on.
    ///
    /// For items that were put into Redis by hand.
    /// - Returns: `nil` where no Pass or Task states lead from the start to a Wait state.
    public func adopt(at now: Instant, tasks: inout some TaskHandler) -> Advance? {
        guard let wait = firstWait else { return nil }
        var walk = StepEvaluator(self, at: now, lastEventID: 0)
        walk.begin()
        let cursor = walk.enter(wait, input: nil, previous: 0, phase: .waiting(until: now))
        let end = walk.run(walk.resumption(of: cursor, by: []), &tasks)
        return walk.advance(end, deadline: deadline(from: now))
    }

    /// Runs the state again at which an execution failed, timed out or was aborted. Of a Parallel or Map state, those
    /// branches run again that had not succeeded. A wait whose end had been moved keeps that end.
    ///
    /// - Parameter waitEnd: Where it was moved to since the last step.
    public func redrive(
        _ flow: Flow,
        at now: Instant,
        waitEnd: Instant? = nil,
        tasks: inout some TaskHandler
    ) -> Advance {
        var walk = StepEvaluator(self, at: now, lastEventID: flow.lastEventID)
        let event = walk.recordAlways(
            "ExecutionRedriven",
            previous: flow.lastEventID,
            .executionRedriven(count: context.redriveCount + 1)
        )
        var root = flow.root
        if let waitEnd { root.reschedule(to: waitEnd) }
        root.redrive(at: now, previous: event)
        let end = walk.run(walk.resumption(of: root, by: []), &tasks)
        return walk.advance(end, deadline: deadline(from: now))
    }

    /// How long an execution of an EXPRESS machine may take, in seconds, as AWS has it.
    private static let longestExpress = 300

    private func deadline(from now: Instant) -> Instant? {
        let seconds =
            context.isExpress ? min(machine.timeoutSeconds ?? .max, Self.longestExpress) : machine.timeoutSeconds
        return seconds.map { now.adding(milliseconds: Int64($0) * 1_000) }
    }

    private var firstWait: State? {
        var name = machine.startAt
        var seen: Set<Spelling> = []
        while seen.insert(name).inserted, let state = machine.graph.states[name] {
            if case .wait = state.kind { return state }
            guard state.graphs.isEmpty else { return nil }
            guard case .next(let next) = state.transition else { return nil }
            name = next
        }
        return nil
    }
}

extension [Stimulus] {
    /// The instant that a wait is moved to: the last one counts.
    fileprivate var rescheduling: Instant? {
        for case .rescheduled(let instant) in reversed() { return instant }
        return nil
    }
}
