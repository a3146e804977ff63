package import StatesLanguage

/// What a map run reads or writes outside, with what names its executions.
package struct TransferRequest: Sendable, Equatable {
    /// What is read or written.
    package let transfer: MapTransfer
    /// The execution whose map run it is.
    package let key: ExecutionKey
    /// How often that was redriven when the map run began.
    package let redrives: Int
    /// The names that things have.
    package let arn: ARN

    /// The error of a transfer that comes to nothing.
    package var error: String {
        switch transfer {
        case .read: "States.ItemReaderFailed"
        case .write: "States.ResultWriterFailed"
        }
    }

    /// One of the map run's executions, by its number.
    package func execution(_ index: Int, of writing: ResultWriting) -> ExecutionKey {
        .item(
            MapItemRequest.id(of: index, in: writing.id),
            of: key,
            label: writing.label,
            isExpress: writing.isExpress,
            redrives: redrives,
            arn: arn
        )
    }
}

extension ExecutionKey {
    /// The execution of an item of a map run. Its name is made from the task's id, so that a step made again begins the same one.
    static func item(
        _ task: Int,
        of parent: ExecutionKey,
        label: String,
        isExpress: Bool,
        redrives: Int,
        arn: ARN
    ) -> ExecutionKey {
        let name = DerivedUUID.text(arn.execution(parent), "\(task)", "\(redrives)")
        return ExecutionKey(
            machine: "\(parent.machine)/\(label)",
            name: isExpress ? "\(name):\(DerivedUUID.text(name))" : name
        )
    }
}
