// Weir
// SPDX-License-Identifier: Apache-2.0

/// Reading a script.
extension PromQLScript {
    /// Reads a script. Throws at the first line that is none of the language.
    package static func parse(_ text: String) throws(ScriptError) -> PromQLScript {
        var reader = ScriptReader(text)
        return PromQLScript(commands: try reader.commands())
    }
}

/// Goes over the lines of a script. An empty line or a comment ends a command.
private struct ScriptReader {
    private let lines: [Substring]
    private var index = 0

    init(_ text: String) {
        self.lines = text.split(separator: "\n", omittingEmptySubsequences: false).map {
            let line = $0.trimmed
            return line.hasPrefix("#") ? "" : line
        }
    }

    mutating func commands() throws(ScriptError) -> [(line: Int, command: PromQLScript.Command)] {
        var commands: [(line: Int, command: PromQLScript.Command)] = []
        while self.index < self.lines.count {
            let line = self.lines[self.index]
            let number = self.index + 1
            self.index += 1
            guard !line.isEmpty else { continue }
            let word = line.prefix { !$0.isWhitespace }.lowercased()
            if word == "clear" {
                commands.append((number, .clear))
            } else if word == "load" {
                commands.append((number, try self.load(line.dropFirst(word.count).trimmed)))
            } else if word.hasPrefix("eval") {
                commands.append((number, .evaluate(try self.evaluation(line, word: word))))
            } else {
                throw self.fault("invalid command \"\(line.prefix(80))\"")
            }
        }
        return commands
    }

    /// The fault of the line that was read last.
    private func fault(_ reason: String) -> ScriptError {
        ScriptError(line: self.index, reason: reason)
    }

    /// The next line of the command; nil at its end.
    private mutating func nextLine() -> Substring? {
        guard self.index < self.lines.count, !self.lines[self.index].isEmpty else { return nil }
        self.index += 1
        return self.lines[self.index - 1]
    }

    private func duration(_ text: Substring) throws(ScriptError) -> Int64 {
        let sign: Int64 = text.hasPrefix("-") ? -1 : 1
        let digits = text.hasPrefix("-") ? text.dropFirst() : text
        guard let duration = DurationText.parse(String(digits)) else {
            throw self.fault("not a valid duration string: \"\(text)\"")
        }
        return sign * duration
    }

    private func series(
        _ line: Substring
    ) throws(ScriptError) -> (labels: Labels, values: [SeriesNotation.Value]) {
        do {
            return try SeriesNotation.line(String(line))
        } catch {
            throw self.fault(error.description)
        }
    }

    private mutating func load(_ interval: Substring) throws(ScriptError) -> PromQLScript.Command {
        let step = try self.duration(interval)
        var series: [(labels: Labels, values: [SeriesNotation.Value])] = []
        while let line = self.nextLine() { series.append(try self.series(line)) }
        return .load(interval: step, series: series)
    }

    private mutating func evaluation(
        _ line: Substring, word: String
    ) throws(ScriptError) -> ScriptEvaluation {
        var evaluation = try self.head(line.dropFirst(word.count).trimmed)
        switch word {
        case "eval", "eval_warn", "eval_info": break
        case "eval_fail": evaluation.failure = .any
        case "eval_ordered": evaluation.isOrdered = true
        default: throw self.fault("invalid command \"\(word)\"")
        }
        while let line = self.nextLine() {
            if line.hasPrefix("expect ") || line.hasPrefix("expect\t") {
                try self.expectation(line.dropFirst(6).trimmed, of: &evaluation)
            } else if line.hasPrefix("expected_fail_message") {
                evaluation.failure = .message(String(line.dropFirst(21).trimmed))
            } else if line.hasPrefix("expected_fail_regexp") {
                evaluation.failure = .pattern(try self.pattern(line.dropFirst(20).trimmed))
            } else if let number = NumberLiteral.parseSigned(String(line)) {
                evaluation.scalar = number
            } else {
                let (labels, values) = try self.series(line)
                if case .instant = evaluation.times, values.count > 1,
                    evaluation.rangeTimes == nil
                {
                    throw self.fault(
                        "expecting multiple values in instant evaluation not allowed")
                }
                evaluation.series.append(.init(labels: labels, values: values))
            }
        }
        return evaluation
    }

    /// `instant at 5m QUERY`, `range from 0 to 10m step 1m QUERY`.
    private func head(_ text: Substring) throws(ScriptError) -> ScriptEvaluation {
        var rest = text
        func word() -> Substring {
            let word = rest.prefix { !$0.isWhitespace }
            rest = rest.dropFirst(word.count).trimmed
            return word
        }
        let kind = word()
        if kind == "instant" {
            var time: Int64 = 0
            if rest.hasPrefix("at ") || rest.hasPrefix("at\t") {
                _ = word()
                time = try self.duration(word())
            }
            return ScriptEvaluation(query: String(rest), times: .instant(time))
        }
        guard kind == "range", word() == "from" else {
            throw self.fault("invalid evaluation command: instant or range from is expected")
        }
        let from = try self.duration(word())
        guard word() == "to" else { throw self.fault("invalid evaluation command: no \"to\"") }
        let through = try self.duration(word())
        guard word() == "step" else { throw self.fault("invalid evaluation command: no \"step\"") }
        let step = try self.duration(word())
        guard through >= from, step > 0 else {
            throw self.fault("the end is before the start, or the step is none")
        }
        return ScriptEvaluation(
            query: String(rest), times: .range(from: from, through: through, step: step))
    }

    private func expectation(
        _ text: Substring, of evaluation: inout ScriptEvaluation
    ) throws(ScriptError) {
        let kind = text.prefix { !$0.isWhitespace }
        let rest = text.dropFirst(kind.count).trimmed
        switch kind {
        case "ordered": evaluation.isOrdered = true
        case "warn", "no_warn", "info", "no_info": break
        case "fail":
            if rest.isEmpty {
                evaluation.failure = .any
            } else if rest.hasPrefix("msg:") {
                evaluation.failure = .message(String(rest.dropFirst(4).trimmed))
            } else if rest.hasPrefix("regex:") {
                evaluation.failure = .pattern(try self.pattern(rest.dropFirst(6).trimmed))
            } else {
                throw self.fault("invalid token \(rest) after fail")
            }
        case "string":
            let tokens = Lexer.tokens(of: String(rest))
            guard tokens.count == 2, case .string(let string) = tokens[0].kind else {
                throw self.fault("a quoted string is expected")
            }
            evaluation.string = string
        case "range":
            let words = rest.split(whereSeparator: \.isWhitespace)
            guard words.count == 7, words[0] == "vector", words[1] == "from", words[3] == "to",
                words[5] == "step"
            else { throw self.fault("invalid range vector definition") }
            let step = try self.duration(words[6])
            guard step > 0 else { throw self.fault("invalid range vector definition") }
            evaluation.rangeTimes = .range(
                from: try self.duration(words[2]), through: try self.duration(words[4]),
                step: step)
        default: throw self.fault("invalid expected error/annotation type \(kind)")
        }
    }

    private func pattern(_ text: Substring) throws(ScriptError) -> RegularExpression {
        let bare =
            text.hasPrefix("\"") && text.hasSuffix("\"") && text.count > 1
            ? text.dropFirst().dropLast() : text
        do {
            return try RegularExpression(searching: String(bare))
        } catch {
            throw self.fault(error.description)
        }
    }
}

extension Substring {
    /// Without blanks at both ends.
    fileprivate var trimmed: Substring {
        var rest = self.drop(while: \.isWhitespace)
        while rest.last?.isWhitespace ?? false { rest.removeLast() }
        return rest
    }
}
