// Weir
// SPDX-License-Identifier: Apache-2.0

/// One writing out of a template: its variables, its text so far, and what it may still cost.
struct TemplateExecution {
    private enum Flow {
        case onward, leave, next
    }

    private let definitions: [String: [TemplateNode]]
    private let environment: TemplateEnvironment
    private var variables: [(name: String, value: TemplateValue)]
    private var text = ""
    private var textBytes = 0
    private var steps = 0
    private var depth = 0

    init(
        data: TemplateValue, variables: [String: TemplateValue],
        definitions: [String: [TemplateNode]], environment: TemplateEnvironment
    ) {
        self.definitions = definitions
        self.environment = environment
        self.variables = [("$", data)] + variables.map { ("$" + $0.key, $0.value) }
    }

    mutating func run(_ nodes: [TemplateNode]) throws(TemplateError) -> String {
        _ = try self.walk(nodes, dot: self.variables[0].value)
        return self.text
    }

    // MARK: - Nodes

    private mutating func walk(
        _ nodes: [TemplateNode], dot: TemplateValue
    ) throws(TemplateError) -> Flow {
        for node in nodes {
            switch node {
            case .text(let text): try self.write(text, TemplatePlace(line: 1, column: 1))
            case .action(let pipeline):
                let value = try self.value(of: pipeline, dot: dot)
                if pipeline.variables.isEmpty { try self.print(value, pipeline.place) }
            case .branch(let branch):
                let known = self.variables.count
                let flow = try self.walk(branch, dot: dot)
                self.variables.removeLast(self.variables.count - known)
                if flow != .onward { return flow }
            case .call(let name, let pipeline, let place):
                try self.call(name, pipeline, dot: dot, place)
            case .leave: return .leave
            case .next: return .next
            }
        }
        return .onward
    }

    private mutating func walk(
        _ branch: TemplateBranch, dot: TemplateValue
    ) throws(TemplateError) -> Flow {
        let value = try self.value(of: branch.pipeline, dot: dot)
        switch branch.kind {
        case .test: return try self.walk(value.isTrue ? branch.body : branch.otherwise, dot: dot)
        case .with:
            return value.isTrue
                ? try self.walk(branch.body, dot: value)
                : try self.walk(branch.otherwise, dot: dot)
        case .range: return try self.loop(branch, over: value, dot: dot)
        }
    }

    private mutating func loop(
        _ branch: TemplateBranch, over value: TemplateValue, dot: TemplateValue
    ) throws(TemplateError) -> Flow {
        let elements: [(TemplateValue, TemplateValue)]
        switch value {
        case .list(let values):
            elements = values.enumerated().map { (.int(Int64($0.offset)), $0.element) }
        case .labels(let labels):
            elements = labels.sorted { GoText.precedes($0.key, $1.key) }
                .map { (.string($0.key), .string($0.value)) }
        case .map(let values):
            elements = values.sorted { GoText.precedes($0.key, $1.key) }
                .map { (.string($0.key), $0.value) }
        case .nothing: elements = []
        default:
            throw branch.place.error("range can't iterate over a \(value.typeName)")
        }
        if elements.isEmpty { return try self.walk(branch.otherwise, dot: dot) }
        let names = branch.pipeline.variables
        let known = self.variables.count
        for (index, element) in elements {
            try self.step(branch.place)
            if let last = names.last {
                if branch.pipeline.declares {
                    self.variables[known - 1].value = element
                    if names.count > 1 { self.variables[known - 2].value = index }
                } else {
                    try self.assign(last, element, branch.place)
                    if names.count > 1 { try self.assign(names[0], index, branch.place) }
                }
            }
            let flow = try self.walk(branch.body, dot: element)
            self.variables.removeLast(self.variables.count - known)
            if flow == .leave { break }
        }
        return .onward
    }

    private mutating func call(
        _ name: String, _ pipeline: TemplatePipeline?, dot: TemplateValue, _ place: TemplatePlace
    ) throws(TemplateError) {
        guard let nodes = self.definitions[name] else {
            throw place.error("template \(GoText.quoted(name)) not defined")
        }
        var inner = TemplateValue.nothing
        if let pipeline { inner = try self.value(of: pipeline, dot: dot) }
        self.depth += 1
        guard self.depth <= self.environment.limits.depth else {
            throw place.error("templates call each other more than \(self.depth - 1) deep")
        }
        let outside = self.variables
        self.variables = [("$", inner)]
        _ = try self.walk(nodes, dot: inner)
        self.variables = outside
        self.depth -= 1
    }

    // MARK: - Values

    private mutating func value(
        of pipeline: TemplatePipeline, dot: TemplateValue
    ) throws(TemplateError) -> TemplateValue {
        var value: TemplateValue?
        for command in pipeline.commands {
            try self.step(command.place)
            value = try self.value(of: command, dot: dot, last: value)
        }
        let result = value ?? .nothing
        for name in pipeline.variables {
            if pipeline.declares {
                self.variables.append((name, result))
            } else {
                try self.assign(name, result, pipeline.place)
            }
        }
        return result
    }

    private mutating func value(
        of command: TemplateCommand, dot: TemplateValue, last: TemplateValue?
    ) throws(TemplateError) -> TemplateValue {
        guard let first = command.operands.first else { return .nothing }
        if case .function(let name, let place) = first {
            return try self.call(name, command.operands.dropFirst(), dot: dot, last: last, place)
        }
        if case .null = first { throw command.place.error("nil is not a command") }
        guard command.operands.count == 1, last == nil else {
            throw command.place.error("can't give argument to non-function")
        }
        return try self.value(of: first, dot: dot, command.place)
    }

    private mutating func value(
        of operand: TemplateOperand, dot: TemplateValue, _ place: TemplatePlace
    ) throws(TemplateError) -> TemplateValue {
        switch operand {
        case .dot: return dot
        case .constant(let value): return value
        case .null: return .nothing
        case .variable(let name, let place):
            guard let variable = self.variables.last(where: { $0.name == name }) else {
                throw place.error("undefined variable: \(name)")
            }
            return variable.value
        case .function(let name, let place):
            return try self.call(name, [], dot: dot, last: nil, place)
        case .pipeline(let pipeline): return try self.value(of: pipeline, dot: dot)
        case .fields(let base, let names, let place):
            var value = try self.value(of: base, dot: dot, place)
            for name in names { value = try Self.field(name, of: value, place) }
            return value
        }
    }

    private mutating func call(
        _ name: String, _ operands: ArraySlice<TemplateOperand>, dot: TemplateValue,
        last: TemplateValue?, _ place: TemplatePlace
    ) throws(TemplateError) -> TemplateValue {
        try self.step(place)
        if name == "and" || name == "or", self.environment.functions[name] == nil {
            return try self.shortcut(name, operands, dot: dot, last: last, place)
        }
        var arguments: [TemplateValue] = []
        for operand in operands {
            arguments.append(try self.value(of: operand, dot: dot, place))
        }
        if let last { arguments.append(last) }
        do throws(TemplateFault) {
            let value =
                if let function = self.environment.functions[name] {
                    try function(arguments)
                } else {
                    try TemplateFunctions.call(name, arguments, self.environment)
                }
            if case .string(let text) = value { try self.check(text.utf8.count) }
            return value
        } catch {
            throw place.error("error calling \(name): \(error.reason)")
        }
    }

    /// `and` and `or` look at no argument more than they must.
    private mutating func shortcut(
        _ name: String, _ operands: ArraySlice<TemplateOperand>, dot: TemplateValue,
        last: TemplateValue?, _ place: TemplatePlace
    ) throws(TemplateError) -> TemplateValue {
        var result: TemplateValue?
        for operand in operands {
            let value = try self.value(of: operand, dot: dot, place)
            if value.isTrue == (name == "or") { return value }
            result = value
        }
        guard let result = last ?? result else {
            throw place.error("wrong number of args for \(name): want at least 1 got 0")
        }
        return result
    }

    private static func field(
        _ name: String, of value: TemplateValue, _ place: TemplatePlace
    ) throws(TemplateError) -> TemplateValue {
        switch value {
        case .nothing: return .nothing
        case .labels(let labels): return .string(labels[name] ?? "")
        case .map(let values): return values[name] ?? .nothing
        case .record(let record):
            if let value = record[name] { return value }
        case .sample(let sample):
            if name == "Labels" { return .labels(sample.labels) }
            if name == "Value" { return .number(sample.value) }
        default: break
        }
        throw place.error("can't evaluate field \(name) in type \(value.typeName)")
    }

    private mutating func assign(
        _ name: String, _ value: TemplateValue, _ place: TemplatePlace
    ) throws(TemplateError) {
        guard let index = self.variables.lastIndex(where: { $0.name == name }) else {
            throw place.error("undefined variable: \(name)")
        }
        self.variables[index].value = value
    }

    // MARK: - Limits

    private mutating func print(
        _ value: TemplateValue, _ place: TemplatePlace
    ) throws(TemplateError) {
        if case .nothing = value { return try self.write("<no value>", place) }
        var format = GoFormat(limit: self.environment.limits.textBytes)
        format.append(value)
        // A template follows a pointer before it prints: no `&` before a sample.
        if case .sample = value { return try self.write(String(format.text.dropFirst()), place) }
        try self.write(format.text, place)
    }

    private mutating func write(
        _ more: String, _ place: TemplatePlace
    ) throws(TemplateError) {
        self.textBytes += more.utf8.count
        guard self.textBytes <= self.environment.limits.textBytes else {
            throw place.error(
                "the text is longer than \(self.environment.limits.textBytes) bytes")
        }
        self.text += more
    }

    private func check(_ bytes: Int) throws(TemplateFault) {
        guard bytes <= self.environment.limits.textBytes else {
            throw TemplateFault(
                "its text is longer than \(self.environment.limits.textBytes) bytes")
        }
    }

    private mutating func step(_ place: TemplatePlace) throws(TemplateError) {
        self.steps += 1
        guard self.steps <= self.environment.limits.steps else {
            throw place.error("more than \(self.environment.limits.steps) steps")
        }
    }
}
