// Weir
// SPDX-License-Identifier: Apache-2.0

/// The functions that every template knows: those of Go's `text/template`, and those of Prometheus.
enum TemplateFunctions {
    /// `and` and `or` stand here for their names; they are carried out where arguments are read.
    static let names: Set<String> = Set(Self.table.keys).union(["and", "or"])

    private typealias Body =
        @Sendable ([TemplateValue], TemplateEnvironment) throws(TemplateFault) -> TemplateValue

    private struct Entry: Sendable {
        /// How many arguments it takes.
        let arguments: ClosedRange<Int>
        let body: Body

        init(_ arguments: ClosedRange<Int>, _ body: @escaping Body) {
            self.arguments = arguments
            self.body = body
        }
    }

    static func call(
        _ name: String, _ arguments: [TemplateValue], _ environment: TemplateEnvironment
    ) throws(TemplateFault) -> TemplateValue {
        guard let entry = self.table[name] else {
            throw TemplateFault("\(GoText.quoted(name)) is not a defined function")
        }
        let range = entry.arguments
        guard range.contains(arguments.count) else {
            let want =
                range.upperBound == Int.max
                ? "at least \(range.lowerBound)"
                : range.count == 1
                    ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
            throw TemplateFault("wrong number of args: want \(want) got \(arguments.count)")
        }
        return try entry.body(arguments, environment)
    }

    private static let any = 0...Int.max

    private static let table: [String: Entry] = [
        // Go.
        "not": Entry(1...1) { arguments, _ throws(TemplateFault) in .bool(!arguments[0].isTrue) },
        "eq": Entry(1...Int.max) { arguments, _ throws(TemplateFault) in
            .bool(try Self.equal(arguments))
        },
        "ne": Entry(2...2) { arguments, _ throws(TemplateFault) in
            .bool(!(try Self.equal(arguments)))
        },
        "lt": Entry(2...2) { arguments, _ throws(TemplateFault) in
            .bool(try Self.less(arguments[0], arguments[1]))
        },
        "le": Entry(2...2) { arguments, _ throws(TemplateFault) in
            .bool(try Self.lessOrEqual(arguments))
        },
        "gt": Entry(2...2) { arguments, _ throws(TemplateFault) in
            .bool(!(try Self.lessOrEqual(arguments)))
        },
        "ge": Entry(2...2) { arguments, _ throws(TemplateFault) in
            .bool(!(try Self.less(arguments[0], arguments[1])))
        },
        "len": Entry(1...1) { arguments, _ throws(TemplateFault) in
            .int(Int64(try Self.length(arguments[0])))
        },
        "index": Entry(1...Int.max) { arguments, _ throws(TemplateFault) in
            try Self.index(arguments)
        },
        "slice": Entry(1...3) { arguments, _ throws(TemplateFault) in try Self.slice(arguments) },
        "print": Entry(any) { arguments, environment throws(TemplateFault) in
            .string(Self.printed(arguments, environment))
        },
        "println": Entry(any) { arguments, environment throws(TemplateFault) in
            var format = GoFormat(limit: environment.limits.textBytes)
            format.printLine(arguments)
            return .string(format.text)
        },
        "printf": Entry(1...Int.max) { arguments, environment throws(TemplateFault) in
            var format = GoFormat(limit: environment.limits.textBytes)
            format.print(
                format: try Self.text(arguments[0], "printf"), Array(arguments.dropFirst()))
            return .string(format.text)
        },
        "html": Entry(any) { arguments, environment throws(TemplateFault) in
            .string(GoText.htmlEscaped(Self.printed(arguments, environment)))
        },
        "js": Entry(any) { arguments, environment throws(TemplateFault) in
            .string(GoText.scriptEscaped(Self.printed(arguments, environment)))
        },
        "urlquery": Entry(any) { arguments, environment throws(TemplateFault) in
            .string(GoText.queryEscaped(Self.printed(arguments, environment)))
        },

        // Prometheus: what expressions give.
        "query": Entry(1...1) { arguments, environment throws(TemplateFault) in
            .list(try environment.query(try Self.text(arguments[0], "query")).map { .sample($0) })
        },
        "first": Entry(1...1) { arguments, _ throws(TemplateFault) in
            guard let sample = try Self.samples(arguments[0], "first").first else {
                throw TemplateFault("first() called on vector with no elements")
            }
            return .sample(sample)
        },
        "label": Entry(2...2) { arguments, _ throws(TemplateFault) in
            let name = try Self.text(arguments[0], "label")
            return .string(try Self.sample(arguments[1], "label").labels[name] ?? "")
        },
        "value": Entry(1...1) { arguments, _ throws(TemplateFault) in
            .number(try Self.sample(arguments[0], "value").value)
        },
        "strvalue": Entry(1...1) { arguments, _ throws(TemplateFault) in
            .string(try Self.sample(arguments[0], "strvalue").labels["__value__"] ?? "")
        },
        "sortByLabel": Entry(2...2) { arguments, _ throws(TemplateFault) in
            try Self.sorted(arguments)
        },
        "args": Entry(any) { arguments, _ throws(TemplateFault) in
            try Self.arguments(arguments)
        },

        // Prometheus: numbers.
        "humanize": Entry(1...1) { arguments, _ throws(TemplateFault) in
            .string(Humanize.number(try Self.number(arguments[0])))
        },
        "humanize1024": Entry(1...1) { arguments, _ throws(TemplateFault) in
            .string(Humanize.binary(try Self.number(arguments[0])))
        },
        "humanizeDuration": Entry(1...1) { arguments, _ throws(TemplateFault) in
            .string(Humanize.duration(try Self.number(arguments[0])))
        },
        "humanizePercentage": Entry(1...1) { arguments, _ throws(TemplateFault) in
            .string(Humanize.percentage(try Self.number(arguments[0])))
        },
        "humanizeTimestamp": Entry(1...1) { arguments, _ throws(TemplateFault) in
            .string(try Humanize.timestamp(try Self.number(arguments[0])))
        },
        "parseDuration": Entry(1...1) { arguments, _ throws(TemplateFault) in
            .number(try Humanize.seconds(of: try Self.text(arguments[0], "parseDuration")))
        },

        // Prometheus: texts.
        "match": Entry(2...2) { arguments, environment throws(TemplateFault) in
            let pattern = try Self.text(arguments[0], "match")
            return .bool(try environment.matches(pattern, try Self.text(arguments[1], "match")))
        },
        "reReplaceAll": Entry(3...3) { arguments, environment throws(TemplateFault) in
            let pattern = try Self.text(arguments[0], "reReplaceAll")
            let replacement = try Self.text(arguments[1], "reReplaceAll")
            let text = try Self.text(arguments[2], "reReplaceAll")
            return .string(try environment.replaceAll(pattern, replacement, text))
        },
        "title": Entry(1...1) { arguments, _ throws(TemplateFault) in
            .string(GoText.title(try Self.text(arguments[0], "title")))
        },
        "toUpper": Entry(1...1) { arguments, _ throws(TemplateFault) in
            .string(GoText.upper(try Self.text(arguments[0], "toUpper")))
        },
        "toLower": Entry(1...1) { arguments, _ throws(TemplateFault) in
            .string(GoText.lower(try Self.text(arguments[0], "toLower")))
        },
        "safeHtml": Entry(1...1) { arguments, _ throws(TemplateFault) in
            .string(try Self.text(arguments[0], "safeHtml"))
        },
        "stripPort": Entry(1...1) { arguments, _ throws(TemplateFault) in
            .string(HostText.withoutPort(try Self.text(arguments[0], "stripPort")))
        },
        "stripDomain": Entry(1...1) { arguments, _ throws(TemplateFault) in
            .string(HostText.withoutDomain(try Self.text(arguments[0], "stripDomain")))
        },
        "graphLink": Entry(1...1) { arguments, _ throws(TemplateFault) in
            let query = GoText.queryEscaped(try Self.text(arguments[0], "graphLink"))
            return .string("/graph?g0.expr=\(query)&g0.tab=0")
        },
        "tableLink": Entry(1...1) { arguments, _ throws(TemplateFault) in
            let query = GoText.queryEscaped(try Self.text(arguments[0], "tableLink"))
            return .string("/graph?g0.expr=\(query)&g0.tab=1")
        },
        "externalURL": Entry(0...0) { _, environment throws(TemplateFault) in
            .string(environment.externalURL)
        },
        "pathPrefix": Entry(0...0) { _, environment throws(TemplateFault) in
            .string(HostText.path(ofURL: environment.externalURL))
        },
    ]
}
