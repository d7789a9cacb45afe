// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import PromQL

@Suite struct LabelRewriteTests {
    private func lab(_ dialect: Dialect = .scripts) throws -> EvaluatorLab {
        var lab = EvaluatorLab(dialect: dialect)
        try lab.load("x{src=\"value-10\",dst=\"old\"}", [1])
        return lab
    }

    @Test(arguments: [
        (#"label_replace(x, "dst", "new-$1", "src", "value-(.*)")"#, #"dst="new-10""#),
        (#"label_replace(x, "dst", "new-${n}", "src", "value-(?P<n>.*)")"#, #"dst="new-10""#),
        (#"label_replace(x, "dst", "new", "src", "value")"#, #"dst="old""#),
        (#"label_replace(x, "dst", "$1", "nowhere", "(.*)")"#, #"src="value-10"} "#),
        (#"label_replace(x, "dst", "$3$$", "src", ".*")"#, #"dst="$""#),
        (#"label_join(x, "dst", "-", "src", "none", "src")"#, #"dst="value-10--value-10""#),
        (#"label_join(x, "dst", "-")"#, #"{__name__="x", src="value-10"}"#),
    ])
    func gives(_ text: String, _ part: String) throws {
        for dialect in [Dialect.prometheus2, .scripts] {
            let elements = try self.lab(dialect).elements(text)
            #expect(elements.count == 1 && elements[0].contains(part), "\(text) gives \(elements)")
        }
    }

    @Test func nameCanBeSetAndTakenAway() throws {
        let set = #"label_replace(x * 2, "__name__", "y", "", "")"#
        let gone = #"label_replace(x, "__name__", "", "", "")"#
        for dialect in [Dialect.prometheus2, .scripts] {
            #expect(try self.lab(dialect).elements(set)[0].hasPrefix(#"{__name__="y""#))
            #expect(try self.lab(dialect).elements(gone)[0].hasPrefix(#"{dst="old""#))
        }
    }

    @Test(arguments: [
        (
            #"label_replace(x, "", "", "src", ".*")"#,
            "invalid destination label name in label_replace(): "
        ),
        (#"label_join(x, "", "", "src")"#, "invalid destination label name in label_join(): "),
    ])
    func fails(_ text: String, _ message: String) throws {
        #expect(try self.lab().failure(text)?.description.hasPrefix(message) == true)
    }

    @Test func labelsThatBecomeTheSameAreAnError() throws {
        for dialect in [Dialect.prometheus2, .scripts] {
            var lab = try self.lab(dialect)
            try lab.load("x{src=\"value-20\",dst=\"old\"}", [2])
            #expect(
                try lab.failure(#"label_replace(x, "src", "same", "", "")"#)?.description
                    == "vector cannot contain metrics with the same labelset")
            #expect(try lab.failure(#"label_join(x, "src", "-", "dst")"#) != nil)
        }
    }
}
