import StatesLanguage
import Waitable
import WaitableWorker

/// What a definition needs besides Waitable, each line with what provides it.
struct Checklist {
    /// One thing that is needed.
    struct Line: Equatable {
        /// What it is.
        let what: String
        /// The setting, or the command, that provides it.
        let provider: String
        /// Whether it is there; `nil` where that cannot be known from settings.
        let isProvided: Bool?

        var text: String {
            let mark =
                switch isProvided {
                case true?: "[x]"
                case false?: "[ ]"
                case nil: "[?]"
                }
            return "\(mark) \(what): \(provider)"
        }

        var json: JSON {
            .object([
                "what": .string(what), "provider": .string(provider), "provided": isProvided.map(JSON.bool) ?? .null,
            ])
        }
    }

    let lines: [Line]

    /// - Parameter calls: What the workers are set to call.
    init(_ needs: [TaskNeed], _ calls: CallConfiguration) {
        lines = needs.map { need in
            let (what, provider) =
                switch need {
                case .adapter(let integration):
                    ("an adapter for \(integration.resource)", Setting.integrations.environment)
                case .function(let reference?): ("the function \(reference)", Setting.functions.environment)
                case .function(nil): ("the functions that the input names", Setting.functions.environment)
                case .host(let url?): ("the host of \(url)", Setting.httpHosts.environment)
                case .host(nil): ("the hosts that the input names", Setting.httpHosts.environment)
                case .bucket(let name?): ("the bucket \(name)", Setting.buckets.environment)
                case .bucket(nil): ("the buckets that the input names", Setting.buckets.environment)
                case .table(let table): (table.name.map { "the table \($0)" } ?? "declared tables", table.command)
                case .machine(let arn?): ("the state machine \(arn)", "waitable deploy")
                case .machine(nil): ("the state machines that the input names", "waitable deploy")
                case .activity(let name):
                    ("the activity \(name)", "aws stepfunctions create-activity --name \(name), and a worker of it")
                }
            return Line(what: what, provider: provider, isProvided: calls.provides(need))
        }
    }

    /// The lines below a headline; nothing where nothing is needed.
    func text(_ headline: String) -> String? {
        lines.isEmpty ? nil : ([headline] + lines.map { "  \($0.text)" }).joined(separator: "\n")
    }
}
