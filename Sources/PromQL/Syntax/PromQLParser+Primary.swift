// Weir
// SPDX-License-Identifier: Apache-2.0

/// Literals, parentheses, calls, aggregations.
extension PromQLParser {
    mutating func primary() throws(PromQLError) -> Node {
        let token = self.token
        switch token.kind {
        case .number(let value):
            self.advance()
            return Node(expression: .number(value, token.range), height: 1)
        case .duration(let milliseconds):
            // A duration stands for its seconds.
            self.advance()
            return Node(
                expression: .number(Double(milliseconds) / 1_000, token.range), height: 1)
        case .string(let text):
            self.advance()
            return Node(expression: .string(text, token.range), height: 1)
        case .leftParenthesis:
            self.advance()
            let inner = try self.expression(above: 0)
            guard self.skip(.rightParenthesis) else { throw self.unexpected() }
            return Node(
                expression: .parenthesis(
                    inner.expression, SourceRange(token.range.start, self.lastEnd)),
                height: inner.height + 1)
        case .aggregation(let operation):
            switch self.following.kind {
            case .leftParenthesis, .keyword("by"), .keyword("without"):
                return try self.aggregation(operation)
            default: return try self.selector()
            }
        case .identifier:
            try self.refuseExperimentalAggregation(token)
            return self.following.kind == .leftParenthesis
                ? try self.call() : try self.selector()
        case .metricIdentifier, .leftBrace: return try self.selector()
        case .keyword("by"), .keyword("without"), .keyword("offset"): return try self.selector()
        case .binaryOperator(.and), .binaryOperator(.or), .binaryOperator(.unless):
            // Names of metrics, where no operator can stand.
            return try self.selector()
        default: throw self.unexpected()
        }
    }

    private func refuseExperimentalAggregation(_ token: Token) throws(PromQLError) {
        guard ["limitk", "limit_ratio"].contains(token.text.lowercased()) else { return }
        switch self.following.kind {
        case .leftParenthesis, .keyword("by"), .keyword("without"):
            throw self.error(
                "\(token.text.lowercased())() is not supported", at: token.range,
                advice: "it is experimental in Prometheus; topk and bottomk are there")
        default: return
        }
    }

    // MARK: Calls

    /// `name(argument, …)`.
    private mutating func call() throws(PromQLError) -> Node {
        let name = self.advance()
        guard let signature = FunctionSignatures.named(name.text) else {
            throw self.unknownFunction(name)
        }
        let arguments = try self.arguments()
        let place = SourceRange(name.range.start, self.lastEnd)
        let call = FunctionCall(
            name: name.text, arguments: arguments.map(\.expression), place: place)
        try self.check(call, signature)
        let height = (arguments.map(\.height).max() ?? 0) + 1
        return Node(expression: .call(call), height: height)
    }

    private func unknownFunction(_ name: Token) -> PromQLError {
        if let reason = FunctionSignatures.unsupported(name.text) {
            return self.error(
                "function \"\(name.text)\" is not supported: \(reason)", at: name.range)
        }
        let lower = name.text.lowercased()
        let advice =
            FunctionSignatures.named(lower) == nil
            ? nil : "names of functions are written in small letters: \(lower)"
        return self.error(
            "unknown function with name \"\(name.text)\"", at: name.range, advice: advice)
    }

    /// `(a, b)` behind a function or an aggregation.
    private mutating func arguments() throws(PromQLError) -> [Node] {
        self.advance()
        var arguments: [Node] = []
        guard !self.skip(.rightParenthesis) else { return arguments }
        while true {
            arguments.append(try self.expression(above: 0))
            if self.skip(.rightParenthesis) { return arguments }
            guard self.token.kind == .comma else { throw self.unexpected() }
            let comma = self.advance()
            if self.token.kind == .rightParenthesis {
                throw self.error(
                    "trailing commas not allowed in function call args", at: comma.range)
            }
        }
    }

    // MARK: Aggregations

    /// `sum by (a) (v)`, `sum(v) by (a)`, `topk(3, v)`.
    private mutating func aggregation(
        _ operation: AggregationOperator
    ) throws(PromQLError) -> Node {
        let name = self.advance()
        var grouping = try self.grouping()
        guard self.token.kind == .leftParenthesis else {
            throw self.unexpected(in: "aggregation", expected: "\"(\"")
        }
        if operation == .countValues, case .fault(let reason) = self.following.kind,
            let range = reason.range(ofPrefix: "invalid UTF-8 in string ")
        {
            throw self.error("invalid label name \(range)", at: self.following.range)
        }
        let arguments = try self.arguments()
        var end = self.lastEnd
        if grouping == nil {
            grouping = try self.grouping()
            end = self.lastEnd
        }
        let place = SourceRange(name.range.start, end)
        let needsParameter = Self.parameterType(of: operation) != nil
        guard !arguments.isEmpty else {
            throw self.error("no arguments for aggregate expression provided", at: place)
        }
        guard arguments.count == (needsParameter ? 2 : 1) else {
            throw self.error(
                "wrong number of arguments for aggregate expression provided, "
                    + "expected \(needsParameter ? 2 : 1), got \(arguments.count)", at: place)
        }
        let aggregation = Aggregation(
            operation: operation,
            parameter: needsParameter ? arguments[0].expression : nil,
            expression: arguments[arguments.count - 1].expression,
            grouping: grouping?.labels ?? [], without: grouping?.without ?? false, place: place)
        try self.check(aggregation)
        let height = (arguments.map(\.height).max() ?? 0) + 1
        return Node(expression: .aggregation(aggregation), height: height)
    }

    private mutating func grouping() throws(PromQLError) -> (without: Bool, labels: [String])? {
        if self.skip(.keyword("by")) { return (false, try self.labelNames()) }
        if self.skip(.keyword("without")) { return (true, try self.labelNames()) }
        return nil
    }
}

extension String {
    /// What follows a prefix; nil where the text does not begin with it.
    fileprivate func range(ofPrefix prefix: String) -> Substring? {
        self.hasPrefix(prefix) ? self.dropFirst(prefix.count) : nil
    }
}
