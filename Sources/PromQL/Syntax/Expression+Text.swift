// Weir
// SPDX-License-Identifier: Apache-2.0

/// The text of an expression in one line, in the form in which Prometheus shows queries.
///
/// It parses to the same expression. Parentheses are set where an expression that was put together by a
/// program needs them. Source: prometheus/prometheus `promql/parser/printer.go`.
extension Expression: CustomStringConvertible {
    package var description: String {
        switch self {
        case .number(let value, _): NumberLiteral.text(value)
        case .string(let text, _): Labels.quoted(text)
        case .parenthesis(let inner, _): "(\(inner))"
        case .unary(let negates, let inner, _):
            (negates ? "-" : "+") + inner.text(inParentheses: inner.isLooserThanSign)
        case .binary(let binary): binary.description
        case .selector(let selector): selector.description
        case .range(let selector, let milliseconds, _):
            selector.text(range: "[\(DurationText.text(milliseconds))]")
        case .subquery(let subquery): subquery.description
        case .call(let call): "\(call.name)(\(Self.list(call.arguments)))"
        case .aggregation(let aggregation): aggregation.description
        }
    }

    fileprivate static func list(_ expressions: [Expression]) -> String {
        expressions.map(\.description).joined(separator: ", ")
    }

    fileprivate func text(inParentheses: Bool) -> String {
        inParentheses ? "(\(self))" : self.description
    }

    /// Whether a sign before the expression would be read as one of something else.
    private var isLooserThanSign: Bool {
        switch self {
        case .number: true
        case .binary(let binary): binary.operation != .power
        default: false
        }
    }

    /// Whether the expression begins with a sign, which binds less tightly than a power.
    private var hasSign: Bool {
        switch self {
        case .unary: true
        case .number(let value, _): value.sign == .minus || value.isInfinite
        default: false
        }
    }

    fileprivate func needsParentheses(asLeftOf operation: BinaryOperator) -> Bool {
        let own = PromQLParser.precedence(operation)
        guard case .binary(let binary) = self else { return operation == .power && self.hasSign }
        let inner = PromQLParser.precedence(binary.operation)
        return operation == .power ? inner <= own : inner < own
    }

    fileprivate func needsParentheses(asRightOf operation: BinaryOperator) -> Bool {
        guard case .binary(let binary) = self else { return false }
        let own = PromQLParser.precedence(operation)
        let inner = PromQLParser.precedence(binary.operation)
        return operation == .power ? inner < own : inner <= own
    }

    /// Whether brackets behind the expression would belong to a part of it.
    fileprivate var needsParenthesesBeforeBrackets: Bool {
        switch self {
        case .binary, .unary, .number: true
        default: false
        }
    }
}

extension BinaryExpression: CustomStringConvertible {
    package var description: String {
        let left = self.left.text(
            inParentheses: self.left.needsParentheses(asLeftOf: self.operation))
        let right = self.right.text(
            inParentheses: self.right.needsParentheses(asRightOf: self.operation))
        let clauses = (self.returnsBool ? " bool" : "") + (self.matching?.description ?? "")
        return "\(left) \(self.operation.rawValue)\(clauses) \(right)"
    }
}

extension VectorMatching: CustomStringConvertible {
    /// The clauses behind an operator, each with a blank before it; empty where all labels match.
    package var description: String {
        let isGrouped = self.cardinality == .manyToOne || self.cardinality == .oneToMany
        guard self.on || !self.labels.isEmpty || isGrouped else { return "" }
        var text = " \(self.on ? "on" : "ignoring") (\(LabelNameText.list(self.labels)))"
        if isGrouped {
            let side = self.cardinality == .manyToOne ? "group_left" : "group_right"
            text += " \(side) (\(LabelNameText.list(self.include)))"
        }
        return text
    }
}

extension VectorSelector: CustomStringConvertible {
    package var description: String { self.text(range: "") }

    /// The text with a range before the modifiers.
    fileprivate func text(range: String) -> String {
        var matchers = self.matchers
        var name = ""
        if let own = self.name, LabelNameText.isMetricIdentifier(own) {
            name = own
            matchers.removeAll {
                $0.name == Labels.metricName && $0.operation == .equal && $0.value == own
            }
        }
        let inner = matchers.map {
            LabelNameText.name($0.name) + $0.operation.rawValue + Labels.quoted($0.value)
        }
        let braces = inner.isEmpty ? "" : "{" + inner.joined(separator: ", ") + "}"
        return name + braces + range + ModifierText.text(at: self.at, offset: self.offset)
    }
}

extension Subquery: CustomStringConvertible {
    package var description: String {
        let inner = self.expression.text(
            inParentheses: self.expression.needsParenthesesBeforeBrackets)
        let step = self.step.map { DurationText.text($0) } ?? ""
        return "\(inner)[\(DurationText.text(self.range)):\(step)]"
            + ModifierText.text(at: self.at, offset: self.offset)
    }
}

extension Aggregation: CustomStringConvertible {
    package var description: String {
        var text = self.operation.rawValue
        if self.without || !self.grouping.isEmpty {
            let word = self.without ? "without" : "by"
            text += " \(word) (\(LabelNameText.list(self.grouping))) "
        }
        let arguments = (self.parameter.map { [$0] } ?? []) + [self.expression]
        return "\(text)(\(Expression.list(arguments)))"
    }
}

/// The texts of `@` and `offset`.
private enum ModifierText {
    static func text(at: AtModifier?, offset: Int64) -> String {
        var text = ""
        switch at {
        case .time(let time):
            let digits = String(time.magnitude % 1_000)
            let padded = String(repeating: "0", count: 3 - digits.count) + digits
            text += " @ \(time < 0 ? "-" : "")\(time.magnitude / 1_000).\(padded)"
        case .start: text += " @ start()"
        case .end: text += " @ end()"
        case nil: break
        }
        return offset == 0 ? text : text + " offset \(DurationText.text(offset))"
    }
}

/// Names of labels and metrics as the parser reads them: bare where it can be, else in quotes.
package enum LabelNameText {
    /// Whether a name is one of the data model before UTF-8 names: `[a-zA-Z_][a-zA-Z0-9_]*`.
    package static func isPlain(_ name: String) -> Bool {
        guard let first = name.utf8.first, Lexer.isLetter(first) else { return false }
        return name.utf8.allSatisfy { Lexer.isLetter($0) || Lexer.isDigit($0) }
    }

    static func name(_ name: String) -> String {
        Self.isPlain(name) ? name : Labels.quoted(name)
    }

    static func list(_ names: [String]) -> String {
        names.map(Self.name).joined(separator: ", ")
    }

    /// Whether a metric's name can stand before braces without being read as something else.
    static func isMetricIdentifier(_ name: String) -> Bool {
        guard let first = name.utf8.first, Lexer.isLetter(first) || first == UInt8(ascii: ":"),
            name.utf8.allSatisfy({
                Lexer.isLetter($0) || Lexer.isDigit($0) || $0 == UInt8(ascii: ":")
            })
        else { return false }
        switch Token.keyword(name.lowercased()) {
        case nil, .aggregation, .keyword("by"), .keyword("without"), .keyword("offset"): return true
        case .binaryOperator(let operation): return operation != .atan2
        default: return false
        }
    }
}
