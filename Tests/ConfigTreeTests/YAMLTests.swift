// Weir
// SPDX-License-Identifier: Apache-2.0

// The document itself: what is no YAML for us, where, and what to do; aliases and their bombs; and
// that no bytes at all can make the reader trap.

import Testing

@testable import ConfigTree

@Suite struct YAMLTests {
    @Test(arguments: [
        ("a: 1\n\tb: 2\n", "2:1: error: a tab where YAML allows only spaces; indent with spaces"),
        ("a: \"open\nb: 1\n", "1:4: error: quoted text is not closed; add the closing quote"),
        ("a: [1, 2\nb: 3\n", "1:4: error: the list that begins here is not closed; add , or ]"),
        ("a: {b: 1\n", "1:4: error: the section that begins here is not closed; add , or }"),
        (
            "a: b: c\n",
            "1:5: error: a second \":\" in one value, or a line that is indented too far; put the"
                + " value in quotes, or check the indentation"
        ),
        ("a: 1\nword\n", "2:1: error: a key without \":\"; write \"key: value\""),
        ("a: @x\n", "1:4: error: a value cannot begin with \"@\"; put the value in quotes"),
        (
            "a: \"\\q\"\n",
            "1:5: error: an escape that YAML does not know; write \\\\ for a backslash, or use"
                + " single quotes"
        ),
        (
            "a: 1\n b: 2\n",
            "2:3: error: a second \":\" in one value, or a line that is indented too far; put the"
                + " value in quotes, or check the indentation"
        ),
        (
            "a: 1\n---\nb: 2\n",
            "2:1: error: a second document begins here; keep one document in a file"
        ),
        (
            "a: 1\u{7}\n",
            "1:5: error: control character U+7; remove it, or write it as an escape in double quotes"
        ),
        (
            "a: *\n",
            "1:4: error: a: text that begins with \"*\" is an alias in YAML; put the value in quotes"
        ),
        (
            "a: [*.yaml]\n",
            "1:5: error: a[0]: text that begins with \"*\" is an alias in YAML; put the value in quotes"
        ),
        (
            "x: &name 1\na: *nam\n",
            "2:4: error: a: no anchor \"&nam\" above this alias; did you mean \"name\"?"
        ),
        (
            "a: &a [*a]\n",
            "1:8: error: a[0]: no anchor \"&a\" above this alias; put the value in quotes if no alias is meant"
        ),
        (
            "a: !!int 5\n",
            "1:4: error: a: a tag, which Weir does not use; remove the word that begins with \"!\""
        ),
        (
            "a: !x {b: 1}\n",
            "1:4: error: a: a tag, which Weir does not use; remove the word that begins with \"!\""
        ),
        ("a:\n  ? [b]\n  : 1\n", "2:5: error: a: a key that is not text; write a plain word"),
        ("a: 1\nb: 2\na: 3\n", "3:1: error: duplicate key \"a\", first at 1:1; keep one of them"),
    ])
    func faultOfTheDocumentIsTold(text: String, expected: String) {
        let lines = faults(text) { root in
            for key in ["a", "b", "x"] { _ = root.has(key) }
        }
        #expect(lines == ["weir.yaml:" + expected])
    }

    @Test func duplicateKeysAreAllToldWithBothPlaces() {
        let text = """
            chains:
              base: 1
              "base": 2
              'base': 3
            chains: 4
            x: { k: 1, k: 2 }
            "": 1
            '': 2
            """
        let lines = faults(text) { root in
            for key in ["chains", "x", ""] { _ = root.has(key) }
        }
        #expect(
            lines == [
                "weir.yaml:7:1: error: duplicate key \"\"; keep one of them"
            ])
        let second = faults(text.split(separator: "\n").dropLast(2).joined(separator: "\n")) {
            for key in ["chains", "x"] { _ = $0.has(key) }
        }
        #expect(
            second == [
                "weir.yaml:3:3: error: chains: duplicate key \"base\", first at 2:3; keep one of them",
                "weir.yaml:4:3: error: chains: duplicate key \"base\", first at 2:3; keep one of them",
                "weir.yaml:5:1: error: duplicate key \"chains\", first at 1:1; keep one of them",
                "weir.yaml:6:12: error: x: duplicate key \"k\", first at 6:6; keep one of them",
            ])
    }

    @Test func tooManyDuplicatesAreAnErrorToo() {
        let text = String(repeating: "a: 1\n", count: 200)
        #expect(
            faults(text) == [
                "weir.yaml:1:1: error: more than 16 duplicate keys; keep one of each"
            ])
    }

    @Test func bytesThatAreNoUTF8AreRefusedWithTheirPlace() {
        func fault(_ bytes: [UInt8]) -> String? {
            do {
                _ = try loader().load(bytes: bytes, name: "w.yaml")
                return nil
            } catch { return error.description }
        }
        #expect(
            fault(Array("a: 1\nb: é".utf8) + [0xff])
                == "w.yaml:2:5: error: the file is not UTF-8; save it as UTF-8")
        #expect(
            fault([0xff, 0xfe, 0x61, 0])
                == "w.yaml:1:1: error: the file is UTF-16 or UTF-32; save it as UTF-8")
        #expect(fault([0xef, 0xbb, 0xbf] + Array("a: 1\n".utf8)) == nil)
        #expect(fault([0xc3]) == "w.yaml:1:1: error: the file is not UTF-8; save it as UTF-8")
        #expect(
            fault([0x61, 0x3a, 0x20, 0])
                == "w.yaml:1:4: error: control character U+0; remove it, or write it as an escape in double quotes"
        )
    }

    @Test func fileMustExistAndBeSmall() {
        func fault(_ path: String, _ limits: ConfigLimits = .standard) -> String? {
            do {
                _ = try loader(files: ["big.yaml": "a: 123456"], limits: limits).load(path: path)
                return nil
            } catch { return error.description }
        }
        var limits = ConfigLimits()
        limits.fileBytes = 8
        #expect(
            fault("no.yaml")
                == "no.yaml: error: the configuration file does not exist; check the path")
        #expect(
            fault("big.yaml", limits)
                == "big.yaml: error: the configuration file is larger than 8 bytes; check that it is the right file"
        )
        #expect(fault("big.yaml") == nil)
    }

    @Test func aliasesAndMergesAreWrittenOut() throws {
        let text = """
            base: &base { poll: 5, id: 1 }
            name: &n "x*y"
            one: { <<: *base, id: 2 }
            two:
              <<: [{ id: 3 }, *base]
            list: [*n, "*n", a*b, *base]
            glob: config/*.yaml
            """
        let tree = try loader().load(text: text)
        let result = try tree.read { root -> [String]? in
            var out: [String] = []
            for key in ["base", "one", "two"] {
                let section = root.section(key)
                out.append("\(key) \(section?.int("id") ?? 0) \(section?.int("poll") ?? 0)")
            }
            for item in root.list("list") {
                out.append(item.read(.string) ?? "")
                if out.count == 6 { break }
            }
            return out + [root.string("name") ?? "", root.string("glob") ?? ""]
        }
        #expect(
            result == [
                "base 1 5", "one 2 5", "two 3 5", "x*y", "*n", "a*b", "x*y", "config/*.yaml",
            ])
        #expect(
            faults("a: { <<: 5 }\n") { _ = $0.section("a") } == [
                "weir.yaml:1:6: error: a: \"<<\" needs a section, found text; write \"<<: *name\""
                    + " with the anchor of a section"
            ])
    }

    @Test func copiesByAliasAreReadIndependently() {
        let lines = faults("a: &a { x: 1, y: 2 }\nb: *a\n") { root in
            _ = root.section("a").map { [$0.int("x"), $0.int("y")] }
            _ = root.section("b").map { $0.int("x") }
        }
        #expect(lines == ["weir.yaml:1:15: error: b: unknown key \"y\"; known keys: x"])
    }

    @Test func aliasBombIsRefused() {
        var text = "l0: &l0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...40 {
            let previous = String(repeating: "*l\(level - 1), ", count: 10)
            text += "l\(level): &l\(level) [\(previous)]\n"
        }
        let lines = faults(text)
        #expect(lines.count == 1)
        #expect(lines.first?.contains("more than 100000 values with aliases written out") == true)
        // As a key, where a parser would have to hash it.
        #expect(faults("a: &a [x]\nb: &b [*a, *a]\n? *b\n: 1\n").count == 3)
        // Through merges.
        var merges = "m0: &m0 { a: 1 }\n"
        for level in 1...40 {
            let child = "c\(level): *m\(level - 1), d\(level): *m\(level - 1)"
            merges += "m\(level): &m\(level) { <<: *m\(level - 1), \(child) }\n"
        }
        #expect(faults(merges).last?.contains("more than 100000 values") == true)
    }

    @Test(arguments: [65, 900, 5000, 200_000])
    func deepNestingIsRefused(depth: Int) {
        for text in [
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth),
            String(repeating: "{a: ", count: depth) + String(repeating: "}", count: depth),
            String(repeating: "- ", count: depth) + "x",
            String(repeating: "? ", count: depth) + "x",
        ] {
            #expect(faults(text).count == 1)
        }
    }

    @Test func privateUseCharactersAreKept() {
        let text = "v: \u{f8ff}a*\u{f8fe}\u{e000}"
        #expect(read(text, .string).value == "\u{f8ff}a*\u{f8fe}\u{e000}")
        let all = (0xe000...0xf8ff).compactMap { Unicode.Scalar($0).map { String(Character($0)) } }
        #expect(read("v: \(all.joined())", .string).faults.count == 1)
    }

    @Test func noBytesMakeTheReaderTrap() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix(state: seed)
        let pieces = [
            "a", "b: ", "\n", "\n  ", "- ", "[", "]", "{", "}", ", ", "&a ", "*a", "<<: ", "? ",
            ": ", "\"", "'", "|\n ", ">-\n ", "#", "!!str ", "!x ", "%YAML 1.1\n", "---\n", "...\n",
            "\t", "${env:A}", "${", "$${", "}", "\\x41", "\\", "é", "\u{1F600}", "\u{f8ff}",
            "\u{2028}", "\r", "~", "0x1", "@", "`", "\u{feff}", "https://u:p@h/k",
        ]
        for _ in 0..<4000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                if Int.random(in: 0..<24, using: &random) == 0 {
                    bytes.append(UInt8.random(in: 0...255, using: &random))
                } else if let piece = pieces.randomElement(using: &random) {
                    bytes += piece.utf8
                }
            }
            let surroundings = loader(environment: ["A": "s3cr3t", "WEIR__A__B": "1"])
            guard let tree = try? surroundings.load(bytes: bytes, name: "f") else { continue }
            let isRead = Bool.random(using: &random)
            if isRead {
                _ = try? tree.read { root -> Bool in
                    _ = root.section("a").map { [$0.string("b"), $0.optionalString("c")] }
                    _ = root.secret("b")
                    return true
                }
            }
            for fault in tree.diagnostics() {
                #expect(!fault.description.contains("s3cr3t"), "seed \(seed)")
            }
            // Read as a text it may be shown.
            #expect(isRead || !tree.render().contains("s3cr3t"), "seed \(seed)")
            _ = tree.effectiveValues()
        }
    }

    @Test func truncationAtEachLengthIsReadOrRefused() {
        let whole = Array(EffectiveTests.text.utf8)
        for length in 0...whole.count {
            guard let tree = try? loader().load(bytes: Array(whole[..<length]), name: "f") else {
                continue
            }
            _ = try? tree.read { root -> Bool in
                _ = root.sections("chains").map { $0.section.int("id") }
                return true
            }
            #expect(!tree.render().isEmpty)
        }
    }
}
