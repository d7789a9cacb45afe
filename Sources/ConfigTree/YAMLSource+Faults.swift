// Weir
// SPDX-License-Identifier: Apache-2.0

import Yams

extension YAMLSource {
    /// A parser's complaint as one place, one sentence and one advice. The line itself is never
    /// shown: it may hold a secret.
    func diagnostic(_ error: YamlError) -> ConfigDiagnostic {
        switch error {
        case .scanner(let context, let problem, let mark, _),
            .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            return self.diagnostic(problem, at: mark, context: context)
        case .memory:
            return ConfigDiagnostic(
                place: self.place(nil), message: "the file is nested too deeply or too large",
                advice: "simplify it")
        default:
            return ConfigDiagnostic(
                place: self.place(nil),
                message: "the file holds a character that YAML does not allow",
                advice: "save it as plain UTF-8 text")
        }
    }

    private func diagnostic(
        _ problem: String, at mark: Mark, context: YamlError.Context?
    ) -> ConfigDiagnostic {
        func fault(_ mark: Mark, _ message: String, _ advice: String) -> ConfigDiagnostic {
            ConfigDiagnostic(place: self.place(mark), message: message, advice: advice)
        }
        let context = (text: context?.text ?? "", mark: context?.mark ?? mark)
        let found = self.scalar(at: mark)

        if problem.contains("found another document") {
            return fault(mark, "a second document begins here", "keep one document in a file")
        }
        if found == "\t" {
            return fault(mark, "a tab where YAML allows only spaces", "indent with spaces")
        }
        if problem.contains("end of stream"), context.text.contains("quoted scalar") {
            return fault(context.mark, "quoted text is not closed", "add the closing quote")
        }
        if context.text.contains("flow sequence") {
            return fault(context.mark, "the list that begins here is not closed", "add , or ]")
        }
        if context.text.contains("flow mapping") {
            return fault(context.mark, "the section that begins here is not closed", "add , or }")
        }
        if problem.contains("mapping values are not allowed") {
            return fault(
                mark, "a second \":\" in one value, or a line that is indented too far",
                "put the value in quotes, or check the indentation")
        }
        if problem.contains("could not find expected ':'") {
            return fault(context.mark, "a key without \":\"", "write \"key: value\"")
        }
        if problem.contains("cannot start any token") {
            let sign = found.map { " with \(Redaction.quoted(String(Character($0))))" } ?? ""
            return fault(mark, "a value cannot begin\(sign)", "put the value in quotes")
        }
        if problem.contains("unknown escape character") {
            return fault(
                mark, "an escape that YAML does not know",
                "write \\\\ for a backslash, or use single quotes")
        }
        if problem.contains("did not find expected key") {
            return fault(
                mark, "this line does not fit the section around it",
                "check its indentation, and quotes in the line above")
        }
        if problem.contains("did not find expected '-' indicator") {
            return fault(mark, "this line does not fit the list around it", "check its indentation")
        }
        let sentence = context.text.isEmpty ? problem : "\(context.text), \(problem)"
        return fault(mark, "YAML: \(Redaction.printable(sentence))", "check indentation and quotes")
    }
}
