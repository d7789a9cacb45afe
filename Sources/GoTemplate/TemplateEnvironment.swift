// Weir
// SPDX-License-Identifier: Apache-2.0

/// Why a function of a template refuses; the template adds the place.
package struct TemplateFault: Error, Sendable, Hashable {
    package let reason: String

    package init(_ reason: String) {
        self.reason = reason
    }
}

/// What the functions of a template need from outside, all of it optional.
package struct TemplateEnvironment {
    /// A function: its arguments, the value before the `|` last.
    package typealias Function = ([TemplateValue]) throws(TemplateFault) -> TemplateValue

    /// What an expression gives at the time of the alert (`query`).
    package var query: (_ expression: String) throws(TemplateFault) -> [TemplateSample]
    /// Whether a regular expression matches anywhere in a text (`match`).
    package var matches: (_ pattern: String, _ text: String) throws(TemplateFault) -> Bool
    /// A text with every match replaced, `$1` standing for a group (`reReplaceAll`).
    package var replaceAll:
        (_ pattern: String, _ replacement: String, _ text: String) throws(TemplateFault) -> String
    /// Where this program is reached; empty where that is not known.
    package var externalURL: String
    /// Further functions by name; ``Template/parse(_:variables:functions:)`` must be told the names.
    package var functions: [String: Function]
    package var limits: TemplateLimits

    package init(
        externalURL: String = "",
        functions: [String: Function] = [:],
        limits: TemplateLimits = TemplateLimits(),
        query: @escaping (String) throws(TemplateFault) -> [TemplateSample] = {
            (_: String) throws(TemplateFault) -> [TemplateSample] in
            throw TemplateFault("there is nothing to query here")
        },
        matches: @escaping (String, String) throws(TemplateFault) -> Bool = {
            (_: String, _: String) throws(TemplateFault) -> Bool in
            throw TemplateFault("regular expressions are not available here")
        },
        replaceAll: @escaping (String, String, String) throws(TemplateFault) -> String = {
            (_: String, _: String, _: String) throws(TemplateFault) -> String in
            throw TemplateFault("regular expressions are not available here")
        }
    ) {
        self.query = query
        self.matches = matches
        self.replaceAll = replaceAll
        self.externalURL = externalURL
        self.functions = functions
        self.limits = limits
    }
}

/// How much one text may cost: labels come from a chain, and a label may be a megabyte.
package struct TemplateLimits: Sendable, Hashable {
    /// The length of the text, and of every text on the way to it, in bytes.
    package var textBytes = 65_536
    /// Nodes carried out, loops counted each time.
    package var steps = 100_000
    /// How deep a `template` may call itself.
    package var depth = 50

    package init() {}
}
