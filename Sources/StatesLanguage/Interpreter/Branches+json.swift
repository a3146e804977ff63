/// The stored form of branches.
///
/// | member | meaning | left out |
/// | --- | --- | --- |
/// | `b` | those that have begun: a cursor; or `[output]`, `[]` where nobody needs it; or null for one that failed | |
/// | `m` | how many there are | all have begun |
/// | `q` | what a Parallel state's branches began with | the state's input |
/// | `u` | id of the event that began a map run | branches within the execution |
/// | `o` | what was changed of the map run: ``MapRunSettings`` | nothing |
/// | `s` | how far a map run has got whose items or results are handed over piece by piece: ``ItemStream`` | any other |
extension Branches {
    func write(to object: inout JSONObject) {
        object["b"] = .array(begun.map(\.json))
        if count != begun.count { object["m"] = .integer(Int64(count)) }
        object["q"] = input
        object["u"] = run.map { .integer(Int64($0)) }
        if settings != MapRunSettings() { object["o"] = settings.json }
        object["s"] = stream?.json
    }

    /// `nil` where there are none.
    init?(_ object: JSONObject) throws(FlowError) {
        guard let json = object["b"] else { return nil }
        guard let elements = json.arrayValue else { throw FlowError(reason: "its branches ('b') are no list") }
        var begun: [Branch] = []
        begun.reserveCapacity(elements.count)
        for element in elements { begun.append(try Branch(element)) }
        self.begun = begun
        count = try FlowMember.count(object["m"], "m") ?? begun.count
        guard count >= begun.count else {
            throw FlowError(reason: "it has more branches ('b') than there are ('m'): \(count)")
        }
        input = object["q"]
        run = try FlowMember.count(object["u"], "u")
        settings = object["o"].flatMap(MapRunSettings.init) ?? MapRunSettings()
        stream = try object["s"].map { (json) throws(FlowError) in try ItemStream(json) }
    }
}

extension Branches.Branch {
    fileprivate var json: JSON {
        switch self {
        case .failed: return .null
        case .ended(let output): return .array(output.map { [$0] } ?? [])
        case .open(let cursor):
            var object = JSONObject()
            cursor.writePlace(to: &object)
            cursor.writeWork(to: &object)
            return .object(object)
        }
    }

    fileprivate init(_ json: JSON) throws(FlowError) {
        switch json {
        case .null: self = .failed
        case .object(let object): self = .open(try Cursor(object))
        case .array(let output) where output.count <= 1: self = .ended(output.first)
        default: throw FlowError(reason: "its branch is neither a cursor nor an output: \(json.text)")
        }
    }
}
