/// Whom the change feed is sent to, each event by a call.
package struct WebhookConfiguration: Sendable {
    let url: CallURL
    /// The key of the signatures.
    let secret: [UInt8]
    /// After how many calls in vain an event becomes a dead letter.
    let tries: Int
    var timing = WebhookTiming()

    /// The shortest secret, in bytes.
    package static let shortestSecret = 16

    /// A configuration; `nil` where the URL is none that can be called.
    package init?(url text: String, secret: String, tries: Int) {
        guard let url = CallURL(text) else { return nil }
        self.url = url
        self.secret = Array(secret.utf8)
        self.tries = tries
    }

    /// Whether the hosts that tasks may call have this one among them.
    package func isAllowed(by calls: CallConfiguration) -> Bool { calls.allows(url) }
}

/// When an event is sent again.
struct WebhookTiming: Sendable {
    /// How long a worker has for a call that it does not answer for: then another one makes it.
    var lease = 30_000
    /// The pause after the first call in vain, in ms; it doubles with each that follows.
    var firstPause = 1_000
    /// The longest of these pauses, in ms.
    var longestPause = 300_000
    /// How long a call may take until its answer begins, in ms.
    var longestCall = 10_000

    /// The pause after so many calls in vain, in ms.
    func pause(after tries: Int) -> Int {
        let doublings = min(max(tries, 1) - 1, 20)
        return min(firstPause << doublings, longestPause)
    }

    /// For how long an event that was sent so often must not have been touched, so that it is sent again, in ms: it may be in
    /// somebody's hands until then.
    func rest(after tries: Int) -> Int { max(lease, pause(after: tries)) }
}
