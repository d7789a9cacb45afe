// Weir
// SPDX-License-Identifier: Apache-2.0

/// Reads PromQL.
///
/// What it gives is sound: names of functions, counts and types of arguments, matching clauses and
/// selectors are checked, so that an evaluator need not. Source: prometheus/prometheus
/// `promql/parser/generated_parser.y` and `parse.go`.
package struct PromQLParser {
    /// How high the tree of an expression may be: parentheses in each other, and operators in a row, which
    /// stand in each other, too. Who walks the tree needs stack for as much.
    package static let depthLimit = 200
    /// The longest text in UTF-8 bytes.
    package static let lengthLimit = 256 * 1_024

    let source: String
    private let tokens: [Token]
    private var index = 0
    private var depth = 0

    /// An expression with the height of its tree.
    struct Node {
        var expression: Expression
        var height: Int
    }

    /// Parses an expression. Throws what is wrong, where, and where it can be said what to do.
    package static func parse(_ text: String) throws(PromQLError) -> Expression {
        guard text.utf8.count <= Self.lengthLimit else {
            throw PromQLError(
                "expression too long", at: SourceRange(0, 0), in: text,
                advice: "at most \(Self.lengthLimit) bytes are read")
        }
        var parser = PromQLParser(text)
        if parser.token.kind == .end {
            throw parser.error("no expression found in input", at: parser.token.range)
        }
        let node = try parser.expression(above: 0)
        guard parser.token.kind == .end else { throw parser.unexpected() }
        return node.expression
    }

    init(_ text: String) {
        self.source = text
        self.tokens = Lexer.tokens(of: text)
    }

    // MARK: Tokens

    var token: Token { self.tokens[self.index] }

    /// The token behind this one; the last one again at the end.
    var following: Token { self.tokens[min(self.index + 1, self.tokens.count - 1)] }

    /// The end of the last token read.
    var lastEnd: Int { self.index > 0 ? self.tokens[self.index - 1].range.end : 0 }

    @discardableResult mutating func advance() -> Token {
        let token = self.token
        if self.index < self.tokens.count - 1 { self.index += 1 }
        return token
    }

    mutating func skip(_ kind: Token.Kind) -> Bool {
        guard self.token.kind == kind else { return false }
        self.advance()
        return true
    }

    mutating func expect(
        _ kind: Token.Kind, in context: String, _ expected: String
    ) throws(PromQLError) {
        guard self.skip(kind) else { throw self.unexpected(in: context, expected: expected) }
    }

    // MARK: Errors

    func error(_ reason: String, at range: SourceRange, advice: String? = nil) -> PromQLError {
        PromQLError(reason, at: range, in: self.source, advice: advice)
    }

    /// The error of a token that has no place here.
    func unexpected(in context: String? = nil, expected: String? = nil) -> PromQLError {
        let token = self.token
        if case .fault(let reason) = token.kind {
            let advice =
                reason.contains("in duration expression")
                ? "arithmetic in brackets is experimental in Prometheus and not supported" : nil
            return self.error(reason, at: token.range, advice: advice)
        }
        var reason = "unexpected \(token.description)"
        if let context { reason += " in \(context)" }
        if let expected { reason += ", expected \(expected)" }
        return self.error(reason, at: token.range, advice: Self.advice(on: token))
    }

    private static func advice(on token: Token) -> String? {
        switch token.text.lowercased() {
        case "anchored", "smoothed", "fill", "fill_left", "fill_right":
            "the modifier \(token.text) is experimental in Prometheus and not supported"
        case "=": "equality is written =="
        case "&", "&&": "write and"
        case "|", "||": "write or"
        default: nil
        }
    }

    // MARK: Operators

    /// How tightly an operator binds.
    static func precedence(_ operation: BinaryOperator) -> Int {
        switch operation {
        case .or: 1
        case .and, .unless: 2
        case .equal, .notEqual, .greater, .less, .greaterOrEqual, .lessOrEqual: 3
        case .add, .subtract: 4
        case .multiply, .divide, .modulo, .atan2: 5
        case .power: 6
        }
    }

    /// An expression of operators that bind more tightly than a precedence.
    mutating func expression(above precedence: Int) throws(PromQLError) -> Node {
        self.depth += 1
        defer { self.depth -= 1 }
        try self.checkDepth(self.depth, at: self.token.range)
        var left = try self.operand()
        while case .binaryOperator(let operation) = self.token.kind,
            Self.precedence(operation) > precedence
        {
            let range = self.advance().range
            let (returnsBool, matching) = try self.modifiers()
            // The power operator is the one that associates to the right.
            let own = Self.precedence(operation)
            let right = try self.expression(above: operation == .power ? own - 1 : own)
            let place = SourceRange(left.expression.place.start, right.expression.place.end)
            let binary = BinaryExpression(
                operation: operation, left: left.expression, right: right.expression,
                returnsBool: returnsBool, matching: matching, place: place)
            let height = max(left.height, right.height) + 1
            try self.checkDepth(height, at: range)
            left = Node(
                expression: .binary(try self.checked(binary, operatorAt: range)), height: height)
        }
        return left
    }

    func checkDepth(_ depth: Int, at range: SourceRange) throws(PromQLError) {
        guard depth > Self.depthLimit else { return }
        throw self.error(
            "expression nests too deeply", at: range,
            advice: "at most \(Self.depthLimit) parentheses or operators may stand in each other")
    }

    /// A primary expression with what is behind it, or a sign with an operand: a sign binds as tightly
    /// as a multiplication, less than a power.
    private mutating func operand() throws(PromQLError) -> Node {
        let sign = self.token
        guard sign.kind == .binaryOperator(.add) || sign.kind == .binaryOperator(.subtract) else {
            return try self.postfixed(try self.primary())
        }
        self.advance()
        let negates = sign.kind == .binaryOperator(.subtract)
        let inner = try self.expression(above: Self.precedence(.multiply))
        let place = SourceRange(sign.range.start, inner.expression.place.end)
        if case .number(let value, _) = inner.expression {
            return Node(expression: .number(negates ? -value : value, place), height: inner.height)
        }
        let type = inner.expression.type
        guard type == .scalar || type == .vector else {
            throw self.error(
                "unary expression only allowed on expressions of type scalar or instant vector, "
                    + "got \"\(type.rawValue)\"", at: place)
        }
        return Node(
            expression: .unary(negates: negates, inner.expression, place),
            height: inner.height + 1)
    }

    /// `bool`, `on (…)`, `ignoring (…)`, `group_left (…)`, `group_right (…)` behind an operator.
    private mutating func modifiers() throws(PromQLError) -> (Bool, VectorMatching) {
        let returnsBool = self.skip(.keyword("bool"))
        var matching = VectorMatching()
        guard self.token.kind == .keyword("on") || self.token.kind == .keyword("ignoring") else {
            return (returnsBool, matching)
        }
        matching.on = self.advance().text.lowercased() == "on"
        matching.labels = try self.labelNames()
        let isLeft = self.token.kind == .keyword("group_left")
        guard isLeft || self.token.kind == .keyword("group_right") else {
            return (returnsBool, matching)
        }
        self.advance()
        matching.cardinality = isLeft ? .manyToOne : .oneToMany
        if self.token.kind == .leftParenthesis { matching.include = try self.labelNames() }
        return (returnsBool, matching)
    }

    /// `(a, b)`. Keywords are names here.
    mutating func labelNames() throws(PromQLError) -> [String] {
        let context = "grouping opts"
        try self.expect(.leftParenthesis, in: context, "\"(\"")
        var names: [String] = []
        while self.token.kind != .rightParenthesis {
            switch self.token.kind {
            case .identifier, .keyword, .aggregation: names.append(self.advance().text)
            case .string(let name) where !name.isEmpty:
                self.advance()
                names.append(name)
            case .binaryOperator where Lexer.isLetter(self.token.text.utf8.first ?? 0):
                names.append(self.advance().text)
            default: throw self.unexpected(in: context, expected: "label")
            }
            guard self.token.kind != .rightParenthesis else { break }
            try self.expect(.comma, in: context, "\",\" or \")\"")
        }
        self.advance()
        return names
    }
}
