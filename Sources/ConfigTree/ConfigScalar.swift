// Weir
// SPDX-License-Identifier: Apache-2.0

/// What a parser of one value says when it refuses it; without a message the reader says
/// `expected …, found …`.
package struct ConfigFault: Error, Equatable, Sendable {
    package var message: String?
    package var advice: String?

    package init(_ message: String? = nil, advice: String? = nil) {
        self.message = message
        self.advice = advice
    }
}

/// One text of a configuration with its place, for those who parse it themselves: amounts such as
/// `10_000 USDC`, prices such as `20 gwei`, addresses, names of events.
///
/// The text is exactly as written, after references: `0x…` is no number, `12:30:00` no count of
/// seconds, and the digits of a long integer are all there.
package struct ConfigScalar {
    /// The text. May hold a secret if ``origin`` says so: use ``shown`` in messages.
    package let text: String
    /// Whether it was written without quotes, in the file itself.
    package let isPlain: Bool
    private let node: ConfigNode
    private let reader: ConfigReader

    init(text: String, isPlain: Bool, node: ConfigNode, reader: ConfigReader) {
        self.text = text
        self.isPlain = isPlain
        self.node = node
        self.reader = reader
    }

    package var place: ConfigPlace { self.node.place }
    /// Such as `chains.base.start`.
    package var path: String { self.node.path.text }
    package var isQuoted: Bool { !self.isPlain }
    /// The first origin other than the file itself, if there is one.
    package var origin: Origin { self.node.origins.first ?? .literal }
    /// What a message may say of it: `"abc"`, or `a value from env NAME`; URLs cut.
    package var shown: String { self.node.found }

    /// Reports a fault at this value's place, such as `fail("unknown token", advice: "…")`. Neither
    /// text may quote ``text``; use ``shown``.
    package func fail(_ message: String, advice: String? = nil) {
        self.reader.report(self.node, message, advice: advice)
    }

    /// Reports a fault; one without message as `expected \(expected), found …`.
    package func fail(_ fault: ConfigFault, expected: String) {
        self.fail(
            fault.message ?? "expected \(expected), found \(self.shown)", advice: fault.advice)
    }
}
