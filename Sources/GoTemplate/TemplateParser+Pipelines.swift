// Weir
// SPDX-License-Identifier: Apache-2.0

/// What stands between braces: commands, values, variables.
extension TemplateParser {
    mutating func pipeline(
        _ context: String, at place: TemplatePlace, closing: TemplateToken.Kind
    ) throws(TemplateError) -> TemplatePipeline {
        var pipeline = TemplatePipeline(place: place)
        try self.declarations(&pipeline, context)
        while true {
            let token = self.peekWord()
            if token.kind == closing {
                _ = self.word()
                break
            }
            pipeline.commands.append(try self.command(context))
        }
        guard !pipeline.commands.isEmpty else {
            throw place.error("missing value for \(context)")
        }
        for (stage, command) in pipeline.commands.enumerated().dropFirst() {
            switch command.operands.first {
            case .dot, .constant, .null, nil:
                throw command.place.error(
                    "non executable command in pipeline stage \(stage + 1)")
            default: break
            }
        }
        return pipeline
    }

    /// `$x :=`, `$x =`, and for `range` `$i, $x :=`.
    private mutating func declarations(
        _ pipeline: inout TemplatePipeline, _ context: String
    ) throws(TemplateError) {
        while true {
            let start = self.index
            guard case .variable(let name) = self.peekWord().kind else { return }
            let place = self.word().place
            let next = self.peekWord()
            switch next.kind {
            case .declare, .assign:
                _ = self.word()
                pipeline.variables.append(name)
                pipeline.declares = next.kind == .declare
                // One that is assigned to counts as set, as in Go; carrying it out finds the mistake.
                self.variables += pipeline.variables
                return
            case .comma:
                _ = self.word()
                pipeline.variables.append(name)
                guard context == "range", pipeline.variables.count < 2 else {
                    throw place.error("too many declarations in \(context)")
                }
                guard case .variable = self.peekWord().kind else {
                    throw place.error("range can only initialize variables")
                }
            default:
                guard pipeline.variables.isEmpty else {
                    throw place.error("expected := after the variables of range")
                }
                self.index = start
                return
            }
        }
    }

    private mutating func command(_ context: String) throws(TemplateError) -> TemplateCommand {
        var command = TemplateCommand(operands: [], place: self.peekWord().place)
        while true {
            guard let operand = try self.operand() else {
                let token = self.peek()
                throw command.operands.isEmpty
                    ? self.unexpected(token, context) : self.unexpected(token, "operand")
            }
            command.operands.append(operand)
            let token = self.peek()
            switch token.kind {
            case .space:
                switch self.peekWord().kind {
                case .close, .rightParenthesis: return command
                case .pipe:
                    _ = self.word()
                    return command
                default: continue
                }
            case .close, .rightParenthesis: return command
            case .pipe:
                _ = self.next()
                return command
            default: throw self.unexpected(token, "operand")
            }
        }
    }

    /// A term and the fields behind it; nil where no term begins.
    private mutating func operand() throws(TemplateError) -> TemplateOperand? {
        let token = self.peekWord()
        guard var operand = try self.term() else { return nil }
        var names: [String] = []
        if case .field(let name) = token.kind { names.append(name) }
        while case .field(let name) = self.peek().kind {
            if names.isEmpty {
                switch operand {
                case .dot, .constant, .null: throw token.place.error("unexpected . after a value")
                default: break
                }
            }
            _ = self.next()
            names.append(name)
        }
        if !names.isEmpty { operand = .fields(operand, names, token.place) }
        return operand
    }

    private mutating func term() throws(TemplateError) -> TemplateOperand? {
        let token = self.peekWord()
        switch token.kind {
        case .dot, .field:
            _ = self.word()
            return .dot
        case .identifier("nil"):
            _ = self.word()
            return .null
        case .identifier(let name):
            _ = self.word()
            guard self.functions.contains(name) else {
                throw token.place.error("function \(GoText.quoted(name)) not defined")
            }
            return .function(name, token.place)
        case .variable(let name):
            _ = self.word()
            try self.know(name, token.place)
            return .variable(name, token.place)
        case .string(let text):
            _ = self.word()
            return .constant(.string(text))
        case .constant(let value):
            _ = self.word()
            return .constant(value)
        case .leftParenthesis:
            _ = self.word()
            try self.descend(token.place)
            defer { self.depth -= 1 }
            return .pipeline(
                try self.pipeline(
                    "parenthesized pipeline", at: token.place, closing: .rightParenthesis))
        default: return nil
        }
    }

    private func know(_ name: String, _ place: TemplatePlace) throws(TemplateError) {
        guard self.variables.contains(name) else {
            throw place.error("undefined variable \(GoText.quoted(name))")
        }
    }
}
