// Weir
// SPDX-License-Identifier: Apache-2.0

/// Where something stands in the template's text, both from 1.
struct TemplatePlace: Sendable, Hashable {
    var line: Int
    var column: Int

    func error(_ reason: String) -> TemplateError {
        TemplateError(line: self.line, column: self.column, reason: reason)
    }
}

/// A part of a parsed template.
indirect enum TemplateNode: Sendable, Hashable {
    case text(String)
    case action(TemplatePipeline)
    case branch(TemplateBranch)
    case call(name: String, TemplatePipeline?, TemplatePlace)
    case leave(TemplatePlace)
    case next(TemplatePlace)
}

/// `if`, `with` or `range`, with what stands in it and in its `else`.
struct TemplateBranch: Sendable, Hashable {
    enum Kind: String, Sendable, Hashable {
        case test = "if"
        case with
        case range
    }

    var kind: Kind
    var pipeline: TemplatePipeline
    var body: [TemplateNode]
    var otherwise: [TemplateNode]
    var place: TemplatePlace
}

/// Commands of which each hands its value to the next, and the variables that take the last one.
struct TemplatePipeline: Sendable, Hashable {
    var variables: [String] = []
    /// `:=` rather than `=`.
    var declares = true
    var commands: [TemplateCommand] = []
    var place: TemplatePlace
}

/// A function with arguments, or a single value.
struct TemplateCommand: Sendable, Hashable {
    var operands: [TemplateOperand]
    var place: TemplatePlace
}

/// A value as it is written, followed by `.Field`s.
indirect enum TemplateOperand: Sendable, Hashable {
    case dot
    case constant(TemplateValue)
    case null
    case variable(String, TemplatePlace)
    case function(String, TemplatePlace)
    case pipeline(TemplatePipeline)
    case fields(TemplateOperand, [String], TemplatePlace)
}
