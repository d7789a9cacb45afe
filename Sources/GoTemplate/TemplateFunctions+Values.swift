// Weir
// SPDX-License-Identifier: Apache-2.0

extension TemplateFunctions {
    // MARK: - Types

    static func text(
        _ value: TemplateValue, _ name: String
    ) throws(TemplateFault) -> String {
        guard case .string(let text) = value else {
            throw TemplateFault(
                "wrong type for \(name); expected string; got \(value.typeName)")
        }
        return text
    }

    static func sample(
        _ value: TemplateValue, _ name: String
    ) throws(TemplateFault) -> TemplateSample {
        guard case .sample(let sample) = value else {
            throw TemplateFault(
                "wrong type for \(name); expected *template.sample; got \(value.typeName)")
        }
        return sample
    }

    static func samples(
        _ value: TemplateValue, _ name: String
    ) throws(TemplateFault) -> [TemplateSample] {
        guard case .list(let values) = value else {
            throw TemplateFault(
                "wrong type for \(name); expected template.queryResult; got \(value.typeName)")
        }
        var samples: [TemplateSample] = []
        for value in values { samples.append(try self.sample(value, name)) }
        return samples
    }

    /// A number, or the text of one.
    static func number(_ value: TemplateValue) throws(TemplateFault) -> Double {
        switch value {
        case .number(let number): return number
        case .int(let number): return Double(number)
        case .string(let text):
            guard let number = GoNumber.parse(text) else {
                throw TemplateFault(
                    "strconv.ParseFloat: parsing \(GoText.quoted(text)): invalid syntax")
            }
            return number
        default: throw TemplateFault("can't convert \(value.typeName) to float")
        }
    }

    /// As `fmt.Sprint` writes them; a single text stays as it is.
    static func printed(_ values: [TemplateValue], _ environment: TemplateEnvironment) -> String {
        if values.count == 1, case .string(let text) = values[0] { return text }
        var format = GoFormat(limit: environment.limits.textBytes)
        format.print(values)
        return format.text
    }

    // MARK: - Comparison

    /// `eq`: whether the first equals one of the others. Numbers of two types do not compare: write
    /// `eq $value 1.0`.
    static func equal(_ values: [TemplateValue]) throws(TemplateFault) -> Bool {
        guard values.count > 1 else { throw TemplateFault("missing argument for comparison") }
        for other in values.dropFirst() {
            switch (values[0], other) {
            case (.nothing, .nothing): return true
            case (.nothing, _), (_, .nothing): continue
            case (.bool(let left), .bool(let right)): if left == right { return true }
            case (.int(let left), .int(let right)): if left == right { return true }
            case (.number(let left), .number(let right)): if left == right { return true }
            case (.string(let left), .string(let right)):
                if left.utf8.elementsEqual(right.utf8) { return true }
            default: throw TemplateFault("incompatible types for comparison")
            }
        }
        return false
    }

    static func less(
        _ left: TemplateValue, _ right: TemplateValue
    ) throws(TemplateFault) -> Bool {
        switch (left, right) {
        case (.int(let left), .int(let right)): return left < right
        case (.number(let left), .number(let right)): return left < right
        case (.string(let left), .string(let right)): return GoText.precedes(left, right)
        case (.bool, .bool): throw TemplateFault("invalid type for comparison")
        default: throw TemplateFault("incompatible types for comparison")
        }
    }

    static func lessOrEqual(_ values: [TemplateValue]) throws(TemplateFault) -> Bool {
        if try self.less(values[0], values[1]) { return true }
        return try self.equal(values)
    }

    // MARK: - Collections

    static func length(_ value: TemplateValue) throws(TemplateFault) -> Int {
        switch value {
        case .string(let text): return text.utf8.count
        case .list(let values): return values.count
        case .labels(let labels): return labels.count
        case .map(let values): return values.count
        default: throw TemplateFault("len of type \(value.typeName)")
        }
    }

    /// `index x 1 "a"`: `x[1]["a"]`.
    static func index(_ arguments: [TemplateValue]) throws(TemplateFault) -> TemplateValue {
        var value = arguments[0]
        for key in arguments.dropFirst() {
            switch (value, key) {
            case (.nothing, _): throw TemplateFault("index of untyped nil")
            case (.labels(let labels), .string(let name)): value = .string(labels[name] ?? "")
            case (.map(let values), .string(let name)): value = values[name] ?? .nothing
            case (.list(let values), .int(let number)):
                guard let place = Int(exactly: number), values.indices.contains(place) else {
                    throw TemplateFault("index out of range: \(number)")
                }
                value = values[place]
            case (.string(let text), .int(let number)):
                guard number >= 0, number < text.utf8.count, let place = Int(exactly: number) else {
                    throw TemplateFault("index out of range: \(number)")
                }
                value = .int(Int64(text.utf8[text.utf8.index(text.startIndex, offsetBy: place)]))
            case (.labels, _), (.map, _), (.list, _), (.string, _):
                throw TemplateFault("cannot index with type \(key.typeName)")
            default: throw TemplateFault("can't index item of type \(value.typeName)")
            }
        }
        return value
    }

    /// `slice x 1 2`: `x[1:2]`.
    static func slice(_ arguments: [TemplateValue]) throws(TemplateFault) -> TemplateValue {
        let length = try self.length(arguments[0])
        var bounds = [0, length]
        for (place, argument) in arguments.dropFirst().enumerated() {
            guard case .int(let number) = argument, let bound = Int(exactly: number), bound >= 0,
                bound <= length
            else { throw TemplateFault("index out of range") }
            bounds[place] = bound
        }
        guard bounds[0] <= bounds[1] else {
            throw TemplateFault("invalid slice index: \(bounds[0]) > \(bounds[1])")
        }
        switch arguments[0] {
        case .string(let text):
            return .string(
                String(decoding: Array(text.utf8)[bounds[0]..<bounds[1]], as: UTF8.self))
        case .list(let values): return .list(Array(values[bounds[0]..<bounds[1]]))
        default: throw TemplateFault("can't slice item of type \(arguments[0].typeName)")
        }
    }

    /// The samples in the order of a label; those with the same value stay as they are.
    static func sorted(_ arguments: [TemplateValue]) throws(TemplateFault) -> TemplateValue {
        let name = try self.text(arguments[0], "sortByLabel")
        let samples = try self.samples(arguments[1], "sortByLabel").enumerated().sorted {
            let (left, right) = ($0.element.labels[name] ?? "", $1.element.labels[name] ?? "")
            return left == right ? $0.offset < $1.offset : GoText.precedes(left, right)
        }
        return .list(samples.map { .sample($0.element) })
    }

    /// `arg0`, `arg1`, … by name. Arguments within arguments are refused: a loop could nest them
    /// without end.
    static func arguments(_ arguments: [TemplateValue]) throws(TemplateFault) -> TemplateValue {
        var named: [String: TemplateValue] = [:]
        for (index, argument) in arguments.enumerated() {
            if case .map = argument { throw TemplateFault("args within args are not supported") }
            named["arg\(index)"] = argument
        }
        return .map(named)
    }
}
