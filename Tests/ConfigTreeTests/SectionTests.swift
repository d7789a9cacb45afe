// Weir
// SPDX-License-Identifier: Apache-2.0

// Sections: which keys are known, what is missing, and that all faults come at once in order.

import Testing

@testable import ConfigTree

@Suite struct SectionTests {
    @Test func unknownKeyIsToldWithPlaceAndSuggestion() {
        let text = """
            chains:
              base:
                id: 8453
                endpoint: [x]
                zzzzzz: 1
            """
        let lines = faults(text) { root in
            for (_, chain) in root.sections("chains") {
                _ = chain.uint64("id")
                _ = chain.list("endpoints")
                _ = chain.optionalString("verify")
            }
        }
        #expect(
            lines == [
                "weir.yaml:4:5: error: chains.base: unknown key \"endpoint\"; did you mean"
                    + " \"endpoints\"?",
                "weir.yaml:5:5: error: chains.base: unknown key \"zzzzzz\"; known keys: id,"
                    + " endpoints, verify",
            ])
    }

    @Test func missingKeyIsToldAtItsSection() {
        let lines = faults("a: 1\nchains:\n  base: {}\n  main:\n") { root in
            _ = root.int("a")
            for (_, chain) in root.sections("chains") { _ = chain.uint64("id") }
            _ = root.section("server")
        }
        #expect(
            lines == [
                "weir.yaml:1:1: error: missing key \"server\"; expected a section",
                "weir.yaml:3:3: error: chains.base: missing key \"id\"; expected a whole number",
                "weir.yaml:4:3: error: chains.main: missing key \"id\"; expected a whole number",
            ])
    }

    @Test func allFaultsComeAtOnceSortedByPlace() {
        let lines = faults("b: x\na: y\nc: ${env:NO}\n") { root in
            _ = root.int("a")
            _ = root.int("b")
            _ = root.int("c")
            root.fail(at: "b", "is odd")
            root.fail(at: "q", "would be needed")
            root.fail("nothing works", advice: "go home")
        }
        #expect(
            lines == [
                "weir.yaml:1:1: error: q: would be needed",
                "weir.yaml:1:1: error: nothing works; go home",
                "weir.yaml:1:4: error: b: expected a whole number, found \"x\"",
                "weir.yaml:1:4: error: b: is odd",
                "weir.yaml:2:4: error: a: expected a whole number, found \"y\"",
                "weir.yaml:3:4: error: c: environment variable NO is not set; set it, or write"
                    + " ${env:NO:-default}",
            ])
    }

    @Test func sectionsKeepTheOrderOfTheFile() throws {
        let tree = try loader().load(text: "m:\n  zeta: {n: 1}\n  alpha: {n: 2}\n  mid: {n: 3}\n")
        let names = try tree.read { root in
            root.sections("m").map { "\($0.name)=\($0.section.int("n") ?? 0)" }
        }
        #expect(names == ["zeta=1", "alpha=2", "mid=3"])
    }

    @Test func emptyFileIsAnEmptySection() {
        for text in ["", "# only a comment\n", "---\n", "null\n", "{}\n"] {
            #expect(faults(text) == [])
            #expect(
                faults(text) { _ = $0.section("chains") } == [
                    "weir.yaml:1:1: error: missing key \"chains\"; expected a section"
                ])
        }
        #expect(faults("- a\n") == ["weir.yaml:1:1: error: expected a section, found a list"])
        #expect(faults("KEY\n") == ["weir.yaml:1:1: error: expected a section, found text"])
    }

    @Test func sectionWithoutContentIsEmptyAndNotMissing() {
        let lines = faults("gas:\nfees: ~\nlist:\n") { root in
            #expect(root.optionalSection("gas") != nil)
            #expect(root.section("fees") != nil)
            #expect(root.optionalSection("none") == nil)
            #expect(root.list("list").isEmpty)
            #expect(root.has("list") && !root.has("other"))
        }
        #expect(lines == [])
    }

    @Test func defaultsStandInForWhatIsMissingOrEmptyOrFaulty() {
        var values: [Int] = []
        let lines = faults("empty:\nbad: x\ngood: 3\n") { root in
            values = ["missing", "empty", "bad", "good"].map { root.int($0, default: 7) }
        }
        #expect(values == [7, 7, 7, 3])
        #expect(lines.count == 1)
    }

    @Test func mapsAndListsOfSections() throws {
        let text = """
            labels: { a: x, b: "y" }
            metrics:
              - { name: one }
              - name: two
            """
        let tree = try loader().load(text: text)
        let result = try tree.read { root -> [String]? in
            let labels = root.map("labels", .string)?.map { "\($0.name)=\($0.value)" }
            let names = root.sectionList("metrics").compactMap { $0.string("name") }
            return (labels ?? []) + names
        }
        #expect(result == ["a=x", "b=y", "one", "two"])
    }

    @Test func wrongKindsAreNamed() {
        let lines = faults("a: text\nb: [1]\nc: {x: 1}\nd: text\n") { root in
            _ = root.section("a")
            _ = root.sections("b")
            _ = root.list("c")
            _ = root.map("d", .string)
        }
        #expect(
            lines == [
                "weir.yaml:1:4: error: a: expected a section, found text",
                "weir.yaml:2:4: error: b: expected a section, found a list",
                "weir.yaml:3:4: error: c: expected a list, found a section",
                "weir.yaml:4:4: error: d: expected a section, found text",
            ])
    }

    @Test func unusualKeysStandInBracketsInPaths() {
        let lines = faults("\"a b\":\n  \"x.y\": z\n") { root in
            for entry in root.entries("a b") { _ = entry.value.read(.int()) }
        }
        #expect(
            lines == [
                "weir.yaml:2:10: error: [\"a b\"][\"x.y\"]: expected a whole number, found \"z\""
            ])
    }

    @Test func faultsBeyondTheLimitAreCounted() {
        var limits = ConfigLimits()
        limits.diagnostics = 3
        let text = (0..<10).map { "k\($0): 1\n" }.joined()
        let lines = faults(text, limits: limits)
        #expect(lines.count == 4)
        #expect(lines.first == "weir.yaml: error: 7 more errors; mend the first ones")
    }

    @Test(arguments: [
        ("endpoint", "endpoints"), ("strat", "start"), ("verfiy", "verify"), ("URL", "url"),
        ("finalty", "finality"), ("x", nil), ("storage", nil),
    ])
    func nearestWordIsSuggested(word: String, expected: String?) {
        let known = ["endpoints", "start", "verify", "url", "finality", "id"]
        #expect(Suggestion.nearest(to: word, among: known) == expected)
    }

    @Test func distanceCountsSwapsAsOne() {
        func distance(_ a: String, _ b: String) -> Int {
            Suggestion.distance(Array(a.unicodeScalars), Array(b.unicodeScalars))
        }
        #expect(distance("abcd", "abdc") == 1)
        #expect(distance("", "abc") == 3)
        #expect(distance("kitten", "sitting") == 3)
        #expect(distance("same", "same") == 0)
    }
}
