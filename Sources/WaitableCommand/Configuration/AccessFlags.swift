import ArgumentParser

/// The flags of whatever listens: who may connect, and by what.
struct AccessFlags: ParsableArguments {
    @Option(name: .customLong("tokens-file"), help: .init(Setting.tokensFile)) var tokensFile: String?
    @Option(name: .customLong("access-keys-file"), help: .init(Setting.accessKeysFile)) var accessKeysFile: String?
    @Option(name: .customLong("insecure"), help: .init(Setting.insecure)) var insecure: String?
    @Option(name: .customLong("allowed-hosts"), help: .init(Setting.allowedHosts)) var allowedHosts: String?
    @Option(name: .customLong("tls-certificate"), help: .init(Setting.tlsCertificate)) var tlsCertificate: String?
    @Option(name: .customLong("tls-key"), help: .init(Setting.tlsKey)) var tlsKey: String?

    var values: [(Setting, String?)] {
        [
            (.tokensFile, tokensFile), (.accessKeysFile, accessKeysFile), (.insecure, insecure),
            (.allowedHosts, allowedHosts), (.tlsCertificate, tlsCertificate), (.tlsKey, tlsKey),
        ]
    }
}
