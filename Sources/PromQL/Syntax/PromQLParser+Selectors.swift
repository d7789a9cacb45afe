// Weir
// SPDX-License-Identifier: Apache-2.0

/// Selectors and what stands behind them: ranges, subqueries, `offset`, `@`.
extension PromQLParser {
    // MARK: Selectors

    /// `name{label="value"}`.
    mutating func selector() throws(PromQLError) -> Node {
        let first = self.token
        var name: String?
        if first.kind != .leftBrace { name = self.advance().text }
        var matchers: [LabelMatcher] = []
        var quotedName: String?
        if self.skip(.leftBrace) {
            while self.token.kind != .rightBrace {
                if let metric = try self.matcher(into: &matchers) {
                    guard quotedName == nil else {
                        throw self.nameTwice(quotedName ?? "", metric, from: first)
                    }
                    quotedName = metric
                }
                guard self.token.kind != .rightBrace else { break }
                try self.expect(.comma, in: "label matching", "\",\" or \"}\"")
            }
            self.advance()
        }
        let place = SourceRange(first.range.start, self.lastEnd)
        let inside = quotedName ?? matchers.first { $0.name == Labels.metricName }?.value
        if let name, let inside { throw self.nameTwice(name, inside, from: first) }
        if let name = name ?? quotedName {
            matchers.append(LabelMatcher(Labels.metricName, equals: name))
        }
        guard matchers.contains(where: { !$0.matches("") }) else {
            throw self.error(
                "vector selector must contain at least one non-empty matcher", at: place,
                advice: "a selector that all series match is refused; name the metric")
        }
        return Node(
            expression: .selector(
                VectorSelector(name: name, matchers: matchers, place: place)), height: 1)
    }

    private func nameTwice(_ one: String, _ other: String, from first: Token) -> PromQLError {
        self.error(
            "metric name must not be set twice: \"\(one)\" or \"\(other)\"",
            at: SourceRange(first.range.start, self.lastEnd))
    }

    /// One matcher in braces; gives the metric's name where one stands there in quotes.
    private mutating func matcher(
        into matchers: inout [LabelMatcher]
    ) throws(PromQLError) -> String? {
        let context = "label matching"
        let label = self.token
        let name: String
        switch label.kind {
        case .identifier: name = label.text
        case .string(let text): name = text
        default: throw self.unexpected(in: context, expected: "identifier or \"}\"")
        }
        self.advance()
        let operation: LabelMatcher.Operation
        switch self.token.kind {
        case .equal: operation = .equal
        case .binaryOperator(.notEqual): operation = .notEqual
        case .matches: operation = .matches
        case .matchesNot: operation = .matchesNot
        case .comma, .rightBrace:
            if case .string = label.kind { return name }
            throw self.unexpected(in: context, expected: "label matching operator")
        default: throw self.unexpected(in: context, expected: "label matching operator")
        }
        self.advance()
        guard case .string(let value) = self.token.kind else {
            throw self.unexpected(in: context, expected: "string")
        }
        let range = SourceRange(label.range.start, self.advance().range.end)
        do {
            matchers.append(try LabelMatcher(name, operation, value))
        } catch {
            throw self.error(error.description, at: range)
        }
        return nil
    }

    // MARK: Behind an expression

    /// Reads `[5m]`, `[1h:1m]`, `offset 5m` and `@ 12` behind a primary expression.
    mutating func postfixed(_ node: Node) throws(PromQLError) -> Node {
        var node = node
        while true {
            switch self.token.kind {
            case .leftBracket: node = try self.bracketed(node)
            case .keyword("offset"): node.expression = try self.offset(node.expression)
            case .at: node.expression = try self.at(node.expression)
            default: return node
            }
        }
    }

    private mutating func bracketed(_ node: Node) throws(PromQLError) -> Node {
        let bracket = self.advance()
        let start = node.expression.place.start
        let range = try self.positiveDuration(in: "subquery selector")
        if self.skip(.rightBracket) {
            let bracketPlace = SourceRange(bracket.range.start, self.lastEnd)
            guard case .selector(let selector) = node.expression else {
                throw self.error(
                    "ranges only allowed for vector selectors", at: bracketPlace,
                    advice: "over another expression write a subquery, such as [5m:1m]")
            }
            guard selector.offset == 0 else {
                throw self.error("no offset modifiers allowed before range", at: bracketPlace)
            }
            guard selector.at == nil else {
                throw self.error("no @ modifiers allowed before range", at: bracketPlace)
            }
            return Node(
                expression: .range(
                    selector, milliseconds: range, SourceRange(start, self.lastEnd)),
                height: node.height + 1)
        }
        try self.expect(.colon, in: "subquery or range", "\":\" or \"]\"")
        var step: Int64?
        if self.token.kind != .rightBracket {
            step = try self.positiveDuration(in: "subquery selector", or: " or \"]\"")
        }
        try self.expect(.rightBracket, in: "subquery selector", "\"]\"")
        let place = SourceRange(start, self.lastEnd)
        guard node.expression.type == .vector else {
            throw self.error(
                "subquery is only allowed on instant vector, got "
                    + "\(node.expression.type.rawValue) instead", at: place)
        }
        return Node(
            expression: .subquery(
                Subquery(expression: node.expression, range: range, step: step, place: place)),
            height: node.height + 1)
    }

    /// A duration above zero in milliseconds: `5m`, or a number of seconds.
    private mutating func positiveDuration(
        in context: String, or alternative: String = ""
    ) throws(PromQLError) -> Int64 {
        let token = self.token
        guard let duration = try self.duration() else {
            throw self.unexpected(in: context, expected: "duration" + alternative)
        }
        guard duration > 0 else {
            throw self.error("duration must be greater than 0", at: token.range)
        }
        return duration
    }

    /// A duration in milliseconds; nil (and nothing read) where there is none.
    private mutating func duration() throws(PromQLError) -> Int64? {
        let token = self.token
        let duration: Int64
        switch token.kind {
        case .duration(let milliseconds): duration = milliseconds
        case .number(let seconds):
            let milliseconds = (seconds * 1_000).rounded()
            guard milliseconds.magnitude <= Double(DurationText.limit) else {
                throw self.error("duration out of range", at: token.range)
            }
            duration = Int64(milliseconds)
        default: return nil
        }
        self.advance()
        return duration
    }

    private mutating func offset(_ expression: Expression) throws(PromQLError) -> Expression {
        self.advance()
        let sign = self.token.kind
        let isSigned = sign == .binaryOperator(.subtract) || sign == .binaryOperator(.add)
        if isSigned { self.advance() }
        guard let duration = try self.duration() else {
            throw self.unexpected(in: "offset", expected: "duration")
        }
        let offset = sign == .binaryOperator(.subtract) ? -duration : duration
        let place = SourceRange(expression.place.start, self.lastEnd)
        let twice = self.error("offset may not be set multiple times", at: place)
        switch expression {
        case .selector(var selector):
            guard selector.offset == 0 else { throw twice }
            selector.offset = offset
            selector.place = place
            return .selector(selector)
        case .range(var selector, let milliseconds, _):
            guard selector.offset == 0 else { throw twice }
            selector.offset = offset
            return .range(selector, milliseconds: milliseconds, place)
        case .subquery(var subquery):
            guard subquery.offset == 0 else { throw twice }
            subquery.offset = offset
            subquery.place = place
            return .subquery(subquery)
        default: throw self.misplaced("offset", at: expression.place)
        }
    }

    private func misplaced(_ modifier: String, at place: SourceRange) -> PromQLError {
        self.error(
            "\(modifier) modifier must be preceded by an instant vector selector or range vector "
                + "selector or a subquery", at: place,
            advice: "write it directly behind the selector")
    }

    private mutating func at(_ expression: Expression) throws(PromQLError) -> Expression {
        self.advance()
        let at = try self.atValue(place: expression.place)
        let place = SourceRange(expression.place.start, self.lastEnd)
        let twice = self.error("@ <timestamp> may not be set multiple times", at: place)
        switch expression {
        case .selector(var selector):
            guard selector.at == nil else { throw twice }
            selector.at = at
            selector.place = place
            return .selector(selector)
        case .range(var selector, let milliseconds, _):
            guard selector.at == nil else { throw twice }
            selector.at = at
            return .range(selector, milliseconds: milliseconds, place)
        case .subquery(var subquery):
            guard subquery.at == nil else { throw twice }
            subquery.at = at
            subquery.place = place
            return .subquery(subquery)
        default: throw self.misplaced("@", at: expression.place)
        }
    }

    /// `12.5`, `-3`, `1m40s`, `start()`, `end()`.
    private mutating func atValue(place: SourceRange) throws(PromQLError) -> AtModifier {
        if self.token.kind == .identifier,
            let edge: AtModifier = ["start": .start, "end": .end][self.token.text.lowercased()]
        {
            self.advance()
            try self.expect(.leftParenthesis, in: "@", "\"(\"")
            try self.expect(.rightParenthesis, in: "@", "\")\"")
            return edge
        }
        let sign = self.token.kind
        let isSigned = sign == .binaryOperator(.subtract) || sign == .binaryOperator(.add)
        if isSigned { self.advance() }
        let magnitude: Double
        switch self.token.kind {
        case .number(let seconds): magnitude = (seconds * 1_000).rounded()
        case .duration(let milliseconds): magnitude = Double(milliseconds)
        default: throw self.unexpected(in: "@", expected: "timestamp")
        }
        let token = self.advance()
        // Int64(exactly:) refuses NaN and what is out of bounds.
        guard
            let time = Int64(
                exactly: sign == .binaryOperator(.subtract) ? -magnitude : magnitude),
            time.magnitude <= UInt64(Int64.max) / 2
        else {
            throw self.error(
                "timestamp out of bounds for @ modifier: \(token.text)", at: token.range)
        }
        return .time(time)
    }
}
