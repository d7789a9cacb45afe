// Weir
// SPDX-License-Identifier: Apache-2.0

/// Reads a template's words into nodes, as Go's `text/template/parse` does: a function that is not
/// known and a variable that is not set are errors here, not at the time of the alert.
struct TemplateParser {
    /// How deep branches and parentheses may stand in each other.
    private static let depthMax = 64

    private let tokens: [TemplateToken]
    var index = 0
    let functions: Set<String>
    var variables: [String]
    private var loops = 0
    var depth = 0
    private(set) var definitions: [String: [TemplateNode]] = [:]

    init(tokens: [TemplateToken], functions: Set<String>, variables: [String]) {
        self.tokens = tokens
        self.functions = functions
        self.variables = ["$"] + variables
    }

    /// The nodes of the whole template; its definitions stand in ``definitions``.
    mutating func parse() throws(TemplateError) -> [TemplateNode] {
        var nodes: [TemplateNode] = []
        while true {
            let token = self.next()
            switch token.kind {
            case .end: return nodes
            case .text(let text): nodes.append(.text(text))
            default:
                if case .identifier("define") = self.peekWord().kind {
                    try self.definition()
                } else {
                    nodes.append(try self.action(token.place))
                }
            }
        }
    }

    // MARK: - Actions

    /// How a list of nodes ended.
    private enum Ending {
        case end
        case otherwise(TemplatePlace)
    }

    private mutating func list(_ open: TemplatePlace, _ context: String) throws(TemplateError) -> (
        [TemplateNode], Ending
    ) {
        var nodes: [TemplateNode] = []
        while true {
            let token = self.next()
            switch token.kind {
            case .end: throw open.error("{{\(context)}} is not closed; add {{end}}")
            case .text(let text): nodes.append(.text(text))
            default:
                switch self.peekWord().kind {
                case .identifier("end"):
                    _ = self.word()
                    try self.close("end")
                    return (nodes, .end)
                case .identifier("else"):
                    let place = self.word().place
                    return (nodes, .otherwise(place))
                default: nodes.append(try self.action(token.place))
                }
            }
        }
    }

    private mutating func action(_ open: TemplatePlace) throws(TemplateError) -> TemplateNode {
        let token = self.peekWord()
        guard case .identifier(let name) = token.kind else { return try self.output(open) }
        switch name {
        case "if": return try self.branch(.test)
        case "with": return try self.branch(.with)
        case "range": return try self.branch(.range)
        case "template": return try self.call()
        case "break", "continue":
            _ = self.word()
            try self.close(name)
            guard self.loops > 0 else { throw token.place.error("{{\(name)}} outside {{range}}") }
            return name == "break" ? .leave(token.place) : .next(token.place)
        case "end", "else": throw token.place.error("unexpected {{\(name)}}")
        case "define": throw token.place.error("{{define}} stands outside of everything else")
        case "block":
            throw token.place.error("{{block}} is not supported; write {{define}} and {{template}}")
        default: return try self.output(open)
        }
    }

    private mutating func output(_ open: TemplatePlace) throws(TemplateError) -> TemplateNode {
        .action(try self.pipeline("command", at: open, closing: .close))
    }

    private mutating func branch(
        _ kind: TemplateBranch.Kind
    ) throws(TemplateError) -> TemplateNode {
        let place = self.word().place
        try self.descend(place)
        defer { self.depth -= 1 }
        let known = self.variables.count
        defer { self.variables.removeLast(self.variables.count - known) }
        let pipeline = try self.pipeline(kind.rawValue, at: place, closing: .close)
        if kind == .range { self.loops += 1 }
        let (body, ending) = try self.list(place, kind.rawValue)
        if kind == .range { self.loops -= 1 }
        var otherwise: [TemplateNode] = []
        if case .otherwise(let elsePlace) = ending {
            if case .identifier("if") = self.peekWord().kind, kind != .range {
                // `else if` shares the `end`.
                otherwise = [try self.branch(.test)]
            } else {
                try self.close("else")
                let (nodes, last) = try self.list(elsePlace, "else")
                guard case .end = last else {
                    throw elsePlace.error("expected end; found {{else}}")
                }
                otherwise = nodes
            }
        }
        return .branch(
            TemplateBranch(
                kind: kind, pipeline: pipeline, body: body, otherwise: otherwise, place: place))
    }

    private mutating func definition() throws(TemplateError) {
        let place = self.word().place
        guard case .string(let name) = self.word().kind else {
            throw place.error("{{define}} needs a name in quotes")
        }
        try self.close("define")
        guard self.definitions[name] == nil else {
            throw place.error("template \(GoText.quoted(name)) is defined twice")
        }
        let outside = (self.variables, self.loops)
        (self.variables, self.loops) = (["$"], 0)
        let (nodes, ending) = try self.list(place, "define")
        (self.variables, self.loops) = outside
        guard case .end = ending else { throw place.error("unexpected {{else}} in define") }
        self.definitions[name] = nodes
    }

    private mutating func call() throws(TemplateError) -> TemplateNode {
        let place = self.word().place
        guard case .string(let name) = self.word().kind else {
            throw place.error("{{template}} needs a name in quotes")
        }
        if case .close = self.peekWord().kind {
            _ = self.word()
            return .call(name: name, nil, place)
        }
        let pipeline = try self.pipeline("template clause", at: place, closing: .close)
        return .call(name: name, pipeline, place)
    }

    private mutating func close(_ context: String) throws(TemplateError) {
        let token = self.word()
        guard case .close = token.kind else { throw self.unexpected(token, context) }
    }

    mutating func descend(_ place: TemplatePlace) throws(TemplateError) {
        self.depth += 1
        guard self.depth <= Self.depthMax else {
            throw place.error("nested more than \(Self.depthMax) deep; simplify the template")
        }
    }

    // MARK: - Words

    func peek() -> TemplateToken { self.tokens[min(self.index, self.tokens.count - 1)] }

    mutating func next() -> TemplateToken {
        let token = self.peek()
        self.index += 1
        return token
    }

    /// The next word that is no space.
    func peekWord() -> TemplateToken {
        var ahead = min(self.index, self.tokens.count - 1)
        while ahead < self.tokens.count - 1, self.tokens[ahead].kind == .space { ahead += 1 }
        return self.tokens[ahead]
    }

    mutating func word() -> TemplateToken {
        while self.peek().kind == .space { self.index += 1 }
        return self.next()
    }

    func unexpected(_ token: TemplateToken, _ context: String) -> TemplateError {
        let shown =
            switch token.kind {
            case .text: "a text"
            case .open: "{{"
            case .close: "}}"
            case .space: "a space"
            case .pipe: "|"
            case .leftParenthesis: "("
            case .rightParenthesis: ")"
            case .comma: ","
            case .declare: ":="
            case .assign: "="
            case .dot: "."
            case .field(let name): ".\(name)"
            case .variable(let name), .identifier(let name): name
            case .string(let text): GoText.quoted(text)
            case .constant: "a constant"
            case .end: "the end"
            }
        return token.place.error("unexpected \(shown) in \(context)")
    }
}
