/// Names as Prometheus allows them: `[a-zA-Z_:][a-zA-Z0-9_:]*` for metrics, the same without colons for labels.
enum Name {
    static func ofMetric(_ name: String) -> String { cleaned(name, colons: true) }

    /// A label's name. `le` belongs to histograms, and names that begin with two underscores to Prometheus itself.
    static func ofLabel(_ name: String) -> String {
        let name = cleaned(name, colons: false)
        return name == "le" || name.hasPrefix("__") ? "label_" + name : name
    }

    /// The names that the samples of a metric are written under.
    static func written(_ name: String, _ kind: MetricKind) -> Set<Spelling> {
        Set(kind == .histogram ? [name, name + "_bucket", name + "_sum", name + "_count"] : [name])
    }

    private static func cleaned(_ name: String, colons: Bool) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(name.utf8.count)
        for scalar in name.unicodeScalars {
            switch scalar {
            case "a"..."z", "A"..."Z", "_", "0"..."9":
                if bytes.isEmpty, ("0"..."9").contains(scalar) { bytes.append(0x5F) }
                bytes.append(UInt8(scalar.value))
            case ":" where colons: bytes.append(0x3A)
            default: bytes.append(0x5F)
            }
        }
        return bytes.isEmpty ? "_" : String(decoding: bytes, as: UTF8.self)
    }
}
