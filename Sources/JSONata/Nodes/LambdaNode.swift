/// `function($one, $two){ … }`
final class LambdaNode: Node {
    let parameters: [Name]
    let signature: Signature?
    let body: any Node

    init(_ parameters: [String], _ signature: Signature?, _ body: any Node) {
        self.parameters = parameters.map { Name($0) }
        self.signature = signature
        self.body = body
    }

    func evaluate(_ input: Value, _ scope: Scope, _ evaluation: Evaluation) throws(JSONataError) -> Value {
        try evaluation.keep(scope)
        return try evaluation.function(.lambda(self, input: input, scope: scope), holding: [input])
    }
}
