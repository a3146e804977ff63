import ArgumentParser

/// The arguments of a command on one item.
struct ItemFlags: ParsableArguments {
    @Argument(help: "The item's Id.")
    var id: String
    @Option(name: .customLong("machine"), help: "Its state machine; without it, the default one.")
    var machine: String?
    @Flag(name: .customLong("json"), help: "Prints JSON.")
    var json = false

    var reference: ItemReference { ItemReference(id: id, machine: machine) }
}
