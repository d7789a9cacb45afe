// Weir
// SPDX-License-Identifier: Apache-2.0

/// `offset` and `@` behind a selector, a range or a subquery.
extension PromQLParser {
    mutating func offset(_ expression: Expression) throws(PromQLError) -> Expression {
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

    mutating func at(_ expression: Expression) throws(PromQLError) -> Expression {
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
