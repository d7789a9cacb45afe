// Weir
// SPDX-License-Identifier: Apache-2.0

// Each typed read, on what it takes and on what it refuses, with the exact line that the operator
// sees.

import Testing

@testable import ConfigTree

enum Level: String, CaseIterable, Sendable {
    case off, bloom, receipts
}

@Suite struct ReadTests {
    @Test(arguments: [
        ("12", 12), ("12_000_000", 12_000_000), ("-5", -5), ("+7", 7), ("0", 0),
        ("9223372036854775807", Int.max), ("-9223372036854775808", Int.min),
        ("\"${env:N}\"", 42), ("${env:N}", 42), ("${env:M:-1_0}", 10),
    ])
    func wholeNumbersAreRead(text: String, expected: Int) {
        let (value, faults) = read("v: \(text)\n", .int(), environment: ["N": "42"])
        #expect(value == expected)
        #expect(faults == [])
    }

    @Test(arguments: [
        ("abc", "expected a whole number, found \"abc\""),
        ("\"12\"", "expected a whole number, found \"12\"; remove the quotes"),
        ("0x10", "expected a whole number, found \"0x10\"; write it in decimal"),
        ("010", "expected a whole number, found \"010\"; drop the leading zero"),
        (
            "1e6",
            "expected a whole number, found \"1e6\"; write digits only, with _ between them if you like"
        ),
        (
            "1__0",
            "expected a whole number, found \"1__0\"; write digits only, with _ between them if you like"
        ),
        (
            "12:30:00",
            "expected a whole number, found \"12:30:00\"; write digits only, with _ between them if you like"
        ),
        ("101", "expected a whole number from 1 to 100, found \"101\""),
        ("0", "expected a whole number from 1 to 100, found \"0\""),
        (
            "99999999999999999999",
            "expected a whole number from 1 to 100, found \"99999999999999999999\""
        ),
        ("", "is empty; expected a whole number"),
        ("~", "is empty; expected a whole number"),
        ("[1]", "expected a whole number, found a list"),
        ("{a: 1}", "expected a whole number, found a section"),
        ("${env:S}", "expected a whole number, found a value from env S"),
    ])
    func wrongWholeNumbersAreRefused(text: String, expected: String) {
        let environment = ["S": "hunter2"]
        let (value, faults) = read("v: \(text)\n", .int(in: 1...100), environment: environment)
        let column = text.isEmpty ? 3 : 4
        #expect(value == nil)
        #expect(faults == ["weir.yaml:1:\(column): error: v: \(expected)"])
    }

    @Test func unsignedNumbersReachTheirLimits() {
        #expect(read("v: 18446744073709551615", .uint64()).value == .max)
        #expect(
            read("v: 18446744073709551616", .uint64()).faults == [
                "weir.yaml:1:4: error: v: expected a whole number that fits 64 bits, found"
                    + " \"18446744073709551616\""
            ])
        #expect(
            read("v: -1", .uint64()).faults == [
                "weir.yaml:1:4: error: v: expected a whole number of at least 0, found \"-1\""
            ])
        #expect(read("v: -0", .uint64()).value == 0)
        #expect(
            read("v: 9223372036854775808", .int()).faults == [
                "weir.yaml:1:4: error: v: expected a whole number that fits 64 bits, found"
                    + " \"9223372036854775808\""
            ])
    }

    @Test(arguments: [
        ("250ms", Duration.milliseconds(250)), ("30s", .seconds(30)), ("5m", .seconds(300)),
        ("1h30m", .seconds(5400)), ("2d", .seconds(172_800)), ("1w", .seconds(604_800)),
        ("0", .zero), ("0s", .zero), ("1m0s5ms", .milliseconds(60_005)), ("\"30s\"", .seconds(30)),
    ])
    func durationsAreRead(text: String, expected: Duration) {
        let (value, faults) = read("v: \(text)", .duration())
        #expect(value == expected)
        #expect(faults == [])
    }

    @Test(arguments: [
        "30", "1.5s", "s", "30 s", "-5s", "1m1h", "1s1s", "30x", "1h30", "\"\"", "1S",
    ])
    func wrongDurationsAreRefusedWithAdvice(text: String) {
        let (value, faults) = read("v: \(text)", .duration())
        let found = text == "\"\"" ? text : "\"\(text)\""
        #expect(value == nil)
        #expect(
            faults == [
                "weir.yaml:1:4: error: v: expected a duration such as 30s, found \(found);"
                    + " write a number with a unit: 250ms, 30s, 5m, 1h30m, 7d"
            ])
    }

    @Test func durationsKeepTheirRange() {
        #expect(
            read("v: 5s", .duration(in: .seconds(10) ... .seconds(3600))).faults == [
                "weir.yaml:1:4: error: v: expected a duration from 10s to 1h, found \"5s\""
            ])
        #expect(
            read("v: 99999999999999w", .duration()).faults == [
                "weir.yaml:1:4: error: v: the duration is too long"
            ])
        #expect(
            read("v: 99999999999999999999s", .duration()).faults == [
                "weir.yaml:1:4: error: v: the duration is too long"
            ])
    }

    @Test(arguments: [
        ("64 MiB", 67_108_864), ("64MiB", 67_108_864), ("1 kB", 1000), ("0 B", 0),
        ("1_024 B", 1024), ("2 GB", 2_000_000_000), ("1 TiB", 1_099_511_627_776),
    ])
    func sizesAreRead(text: String, expected: Int) {
        #expect(read("v: \(text)", .byteSize()).value == expected)
    }

    @Test(arguments: ["64", "MiB", "1.5 MiB", "64 mib", "-1 B", "64 MiB x", "1__0 B"])
    func wrongSizesAreRefused(text: String) {
        #expect(
            read("v: \(text)", .byteSize()).faults == [
                "weir.yaml:1:4: error: v: expected a size such as 64 MiB, found \"\(text)\";"
                    + " write a number with a unit: 512 KiB, 64 MiB, 1 GB"
            ])
    }

    @Test func sizesDoNotOverflow() {
        for text in ["9000000000000 TiB", "99999999999999999999 B"] {
            let faults = read("v: \(text)", .byteSize()).faults
            #expect(faults == ["weir.yaml:1:4: error: v: the size is too large"])
        }
        #expect(
            read("v: 2 MiB", .byteSize(in: 0...(1 << 20))).faults == [
                "weir.yaml:1:4: error: v: expected a size from 0 B to 1 MiB, found \"2 MiB\""
            ])
    }

    @Test(
        arguments: [
            ("true", true, ""), ("false", false, ""),
            ("yes", nil, "; write true"), ("on", nil, "; write true"), ("no", nil, "; write false"),
            ("off", nil, "; write false"), ("True", nil, "; write true"),
            ("1", nil, "; write true"),
            ("maybe", nil, ""), ("\"true\"", nil, "; remove the quotes"),
        ] as [(String, Bool?, String)])
    func onlyTrueAndFalseAreBooleans(text: String, expected: Bool?, advice: String) {
        let (value, faults) = read("v: \(text)", .bool)
        let shown = text.filter { $0 != "\"" }
        #expect(value == expected)
        #expect(
            faults
                == (expected == nil
                    ? [
                        "weir.yaml:1:4: error: v: expected true or false, found \"\(shown)\"\(advice)"
                    ]
                    : []))
    }

    @Test func numbersWithFractionsAreRead() {
        #expect(read("v: 0.25", .double()).value == 0.25)
        #expect(read("v: 1_000.5", .double()).value == 1000.5)
        #expect(read("v: -1e-3", .double()).value == -0.001)
        for text in [".inf", ".nan", "nan", "inf", "0x1p3", "1e", "", "1e999", "_1", "\"1\""] {
            #expect(read("v: \(text)", .double()).value == nil)
            #expect(read("v: \(text)", .double()).faults.count == 1)
        }
        #expect(
            read("v: 2", .double(in: 0...1)).faults == [
                "weir.yaml:1:4: error: v: expected a number from 0.0 to 1.0, found \"2\""
            ])
    }

    @Test func enumerationsSuggest() {
        #expect(read("v: receipts", ConfigType<Level>.enumeration).value == .receipts)
        #expect(
            read("v: recipts", ConfigType<Level>.enumeration).faults == [
                "weir.yaml:1:4: error: v: expected one of off, bloom, receipts, found \"recipts\";"
                    + " did you mean \"receipts\"?"
            ])
        #expect(
            read("v: everything", ConfigType<Level>.enumeration).faults == [
                "weir.yaml:1:4: error: v: expected one of off, bloom, receipts, found"
                    + " \"everything\""
            ])
    }

    @Test(arguments: [
        "0xAbC0000000000000000000000000000000000001", "yes", "12:30:00", "1_000", "null-ish", "1e3",
        "340282366920938463463374607431768211455", "latest", "NodeRegistry.NodeSlashed", "010",
    ])
    func plainTextStaysExactlyAsWritten(text: String) {
        #expect(read("v: \(text)", .string).value == text)
        var scalar: ConfigScalar?
        _ = faults("v: \(text)") { scalar = $0.scalar("v") }
        #expect(scalar?.text == text)
        #expect(scalar?.isPlain == true)
        #expect(scalar?.origin == .literal)
    }

    @Test func textMayNotBeEmptyOrAList() {
        #expect(
            read("v: \"\"", .string).faults == [
                "weir.yaml:1:4: error: v: expected text, found \"\""
            ])
        #expect(read("v:", .string).faults == ["weir.yaml:1:3: error: v: is empty; expected text"])
        #expect(
            read("v: [a]", .string).faults == [
                "weir.yaml:1:4: error: v: expected text, found a list"
            ])
    }

    @Test func listsTakeASingleItemToo() {
        #expect(read("v: [a, b]", .list(.string)).value == ["a", "b"])
        #expect(read("v: a", .list(.string)).value == ["a"])
        #expect(read("v:\n  - 1\n  - x\n", .list(.int())).value == nil)
        #expect(
            read("v:\n  - 1\n  - x\n  - [2]\n", .list(.int())).faults == [
                "weir.yaml:3:5: error: v[1]: expected a whole number, found \"x\"",
                "weir.yaml:4:5: error: v[2]: expected a whole number, found a list",
            ])
        var list: [String] = ["not read"]
        _ = faults("v:\n") { list = $0.stringList("v") }
        #expect(list == [])
    }

    @Test func upperModulesParseForThemselves() {
        let even = ConfigType<Int>.scalar("an even number") { scalar throws(ConfigFault) in
            guard let number = Int(scalar.text) else { throw ConfigFault() }
            guard number % 2 == 0 else {
                throw ConfigFault("\(number) is odd", advice: "add one")
            }
            return number
        }
        #expect(read("v: 4", even).value == 4)
        #expect(read("v: 5", even).faults == ["weir.yaml:1:4: error: v: 5 is odd; add one"])
        #expect(
            read("v: x", even).faults == [
                "weir.yaml:1:4: error: v: expected an even number, found \"x\""
            ])
        let address = ConfigType<String>.parsed("an address") { $0.hasPrefix("0x") ? $0 : nil }
        #expect(read("v: 0x1f", address).value == "0x1f")
        let lines = faults("a:\n  v: 10_000 USD\n") { section in
            section.section("a")?.scalar("v")?.fail("unknown token", advice: "name it in tokens")
        }
        #expect(lines == ["weir.yaml:2:6: error: a.v: unknown token; name it in tokens"])
    }

    @Test func pathsCountFromTheFile() throws {
        let tree = try loader(files: ["/etc/weir/weir.yaml": "a: abi/x.json\nb: /abs.json\n"])
            .load(path: "/etc/weir/weir.yaml")
        let paths = try tree.read { section in
            [section.required("a", .path), section.required("b", .path)]
        }
        #expect(paths == ["/etc/weir/abi/x.json", "/abs.json"])
    }

    @Test func urlsAreTakenApartAndNeverShownWhole() {
        let (url, faults) = read("v: https://u:p@Rpc.io:8545/v2/KEY?x=1#f", .url())
        #expect(faults == [])
        #expect(url?.scheme == "https")
        #expect(url?.host == "Rpc.io")
        #expect(url?.port == 8545)
        #expect(url.map { "\($0)" } == "https://Rpc.io:8545/…")
        #expect(url?.secret.reveal() == "https://u:p@Rpc.io:8545/v2/KEY?x=1#f")
        #expect(SecretURL("http://[::1]:80/")?.host == "::1")
        #expect(SecretURL("http://[::1]:80/")?.description == "http://[::1]:80/…")
        #expect(SecretURL("postgresql:///weir")?.host == "")
        for bad in [
            "rpc.io", "https:/x", "://x", "http://x:0", "http://x:99999", "http://x:y",
            "http://a b", "1http://x", "http://[::1", "http://x\n",
        ] {
            #expect(SecretURL(bad) == nil, "\(bad)")
        }
        #expect(
            read("v: ftp://KEY@x", .url()).faults == [
                "weir.yaml:1:4: error: v: expected a URL that begins with https:// or http://"
            ])
    }
}
