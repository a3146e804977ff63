import RedisClient
import WaitableRedis

/// What an audit looks at: an execution or another key's entry, by its name.
struct AuditSubject: Hashable {
    enum Kind: Hashable {
        case execution
        case member
        case redelivered
        case family(Keys.Family)
        case stopping
        /// An execution whose end a task was told of, and has not read.
        case unread
        /// The messages to another partition, by the key of the outbox.
        case channel
    }

    var kind: Kind
    var name: [UInt8]

    /// A doubt about it.
    ///
    /// - Parameter detail: What differs from case to case.
    func doubt(_ problem: AuditProblem, _ detail: String = "") -> Doubt {
        Doubt(subject: self, code: problem.rawValue, text: problem.text(detail))
    }
}

/// Some subjects of one kind, with their documents where they are executions.
struct AuditPage {
    var kind: AuditSubject.Kind
    var names: [[UInt8]]
    var documents: [[UInt8]] = []

    init(_ kind: AuditSubject.Kind, names: [[UInt8]]) {
        self.kind = kind
        self.names = names
    }

    init(_ family: Keys.Family, names: [[UInt8]]) { self.init(.family(family), names: names) }

    /// - Parameter words: A name and a document, and so on.
    init(documents words: [RedisValue]) {
        self.init(.execution, names: [])
        for (name, document) in words[...].pairs {
            guard let name = name.bytes, let document = document.bytes else { continue }
            names.append(name)
            documents.append(document)
        }
    }

    /// The same in pages of at most so many executions.
    func parts(of count: Int) -> [AuditPage] {
        guard names.count > count else { return [self] }
        return stride(from: 0, to: names.count, by: count).map { start in
            let range = start..<min(start + count, names.count)
            var part = AuditPage(kind, names: Array(names[range]))
            part.documents = Array(documents[range])
            return part
        }
    }
}

/// Something that was wrong when it was read: it is a finding where it is so a second time.
struct Doubt {
    var subject: AuditSubject
    var code: String
    var text: String

    /// What makes two readings the same finding.
    struct Identity: Hashable {
        var subject: AuditSubject
        var code: String
    }

    var identity: Identity { Identity(subject: subject, code: code) }
}
