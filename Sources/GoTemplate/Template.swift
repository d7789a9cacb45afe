// Weir
// SPDX-License-Identifier: Apache-2.0

/// A text with values in it, as Prometheus has it in labels and annotations: Go's `text/template`.
///
/// Parsed once, carried out often. Supported are `{{ }}` with trimming, pipelines, variables, `if`,
/// `else if`, `with`, `range` with `break` and `continue`, `define` and `template`, comments, all
/// functions of `text/template` but `call`, and those of Prometheus 2.42 (`template/template.go`) but
/// `toTime` and `tmpl`. `block` is refused.
///
/// ```
/// let template = try Template.parse("{{ $labels.node }}: {{ $value | humanize }}", variables: [...])
/// let text = try template.execute(data: data, variables: ["labels": .labels(labels)])
/// ```
package struct Template: Sendable, Hashable {
    /// The text as it was written.
    package let source: String
    private let nodes: [TemplateNode]
    private let definitions: [String: [TemplateNode]]

    /// The longest text of a template, in bytes.
    private static let sourceBytesMax = 1 << 20

    private init(source: String, nodes: [TemplateNode], definitions: [String: [TemplateNode]]) {
        self.source = source
        self.nodes = nodes
        self.definitions = definitions
    }

    /// Reads a template.
    ///
    /// - Parameters:
    ///   - variables: names, without `$`, that ``execute(data:variables:environment:)`` sets.
    ///   - functions: names of functions that the environment brings besides those that there are.
    /// - Throws: what is wrong, with line and column.
    package static func parse(
        _ text: String, variables: [String] = [], functions: Set<String> = []
    ) throws(TemplateError) -> Template {
        guard text.utf8.count <= Self.sourceBytesMax else {
            throw TemplateError(
                line: 1, column: 1,
                reason: "the template is larger than \(Self.sourceBytesMax) bytes")
        }
        guard text.utf8.contains(UInt8(ascii: "{")) else {
            return Template(
                source: text, nodes: text.isEmpty ? [] : [.text(text)], definitions: [:])
        }
        var parser = TemplateParser(
            tokens: try TemplateLexer.tokens(of: text),
            functions: TemplateFunctions.names.union(functions),
            variables: variables.map { "$" + $0 })
        let nodes = try parser.parse()
        return Template(source: text, nodes: nodes, definitions: parser.definitions)
    }

    /// Writes the text out.
    ///
    /// - Parameters:
    ///   - data: what `.` and `$` stand for.
    ///   - variables: values by name, without `$`.
    /// - Throws: the function that refused, or the limit that was reached, with line and column.
    package func execute(
        data: TemplateValue = .nothing, variables: [String: TemplateValue] = [:],
        environment: TemplateEnvironment = TemplateEnvironment()
    ) throws(TemplateError) -> String {
        if self.nodes.isEmpty { return "" }
        if self.nodes.count == 1, case .text(let text) = self.nodes[0] { return text }
        var execution = TemplateExecution(
            data: data, variables: variables, definitions: self.definitions,
            environment: environment)
        return try execution.run(self.nodes)
    }
}
