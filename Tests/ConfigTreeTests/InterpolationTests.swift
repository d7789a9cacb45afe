// Weir
// SPDX-License-Identifier: Apache-2.0

// References to environment, files and credentials, and overrides: what they give, where they came
// from, and what is said when they cannot be had.

import Foundation
import Testing

@testable import ConfigTree

@Suite struct InterpolationTests {
    static let environment = [
        "NAME": "value", "EMPTY": "", "LOOP": "${env:NAME}", "CREDENTIALS_DIRECTORY": "/run/creds",
        "_under1": "u",
    ]
    static let files = [
        "/etc/key": "k1\n", "/etc/crlf": "k2\r\n\r\n", "rel.txt": "relative",
        "/run/creds/db": "pw\n",
        "/etc/lines": "a\nb\n", "/etc/none": "",
    ]

    @Test(arguments: [
        ("${env:NAME}", "value"), ("a-${env:NAME}-b", "a-value-b"), ("${env:EMPTY}x", "x"),
        ("${env:NO:-other}", "other"), ("${env:EMPTY:-other}", "other"), ("${env:NO:-}x", "x"),
        ("${env:NO:-${env:NAME}}", "value"), ("${env:NO:-${env:NO2:-deep}!}", "deep!"),
        ("${env:LOOP}", "${env:NAME}"), ("$${env:NAME}", "${env:NAME}"), ("$$", "$$"), ("$x", "$x"),
        ("{{ $labels.x }}", "{{ $labels.x }}"), ("${file:/etc/key}", "k1"),
        ("${file:/etc/crlf}", "k2"), ("${file:rel.txt}", "relative"), ("${cred:db}", "pw"),
        ("${file:/etc/lines}", "a\nb"), ("${env:_under1}", "u"), ("$$${env:NAME}", "$${env:NAME}"),
        ("}{", "}{"), ("${env:NAME}${file:/etc/key}", "valuek1"), ("${file:/etc/none}.", "."),
    ])
    func referencesAreWrittenOut(text: String, expected: String) {
        let (value, faults) = read(
            "v: '\(text)'", .string, environment: Self.environment, files: Self.files)
        #expect(value == expected)
        #expect(faults == [])
    }

    @Test(arguments: [
        ("${env:NO}", "environment variable NO is not set; set it, or write ${env:NO:-default}"),
        (
            "x${env:NO:-${env:NO2}}",
            "environment variable NO2 is not set; set it, or write ${env:NO2:-default}"
        ),
        ("${file:/no}", "file \"/no\" does not exist; check the path"),
        ("${file:}", "${file:} names no file; write ${file:/path}"),
        ("${cred:no}", "file \"no\" does not exist; check the path"),
        (
            "${cred:../etc/key}",
            "${cred:…} needs the plain name of a credential; write ${cred:name} without a path"
        ),
        (
            "${cred:..}",
            "${cred:…} needs the plain name of a credential; write ${cred:name} without a path"
        ),
        (
            "${env:}",
            "${env:…} needs the name of a variable; write ${env:NAME} or ${env:NAME:-default}"
        ),
        (
            "${env:1A}",
            "${env:…} needs the name of a variable; write ${env:NAME} or ${env:NAME:-default}"
        ),
        (
            "${env:A B}",
            "${env:…} needs the name of a variable; write ${env:NAME} or ${env:NAME:-default}"
        ),
        (
            "${env:NAME:x}",
            "${env:…} needs the name of a variable; write ${env:NAME} or ${env:NAME:-default}"
        ),
        (
            "${NAME}",
            "unknown reference ${NAME}; write ${env:NAME} or ${cred:name}, or $${ for a literal ${"
        ),
        (
            "${vault:a/b}",
            "unknown reference ${…}; write ${env:NAME}, ${file:/path} or ${cred:name}, or $${ for a literal ${"
        ),
        (
            "${}",
            "unknown reference ${…}; write ${env:NAME}, ${file:/path} or ${cred:name}, or $${ for a literal ${"
        ),
        (
            "${env:NAME",
            "a reference that begins with ${ is not closed; close it with }, or write $${ for a literal ${"
        ),
        (
            "${",
            "a reference that begins with ${ is not closed; close it with }, or write $${ for a literal ${"
        ),
    ])
    func badReferencesAreToldWithPlaceAndAdvice(text: String, expected: String) {
        let (value, faults) = read(
            "a:\n  b: 1\nv: '\(text)'", .string, environment: Self.environment, files: Self.files)
        #expect(value == nil)
        #expect(faults.contains("weir.yaml:3:4: error: v: \(expected)"), "\(faults)")
    }

    @Test func missingReferenceIsToldEvenIfNobodyReadsIt() {
        #expect(faults("a: {b: \"${env:NO}\"}") { _ = $0.has("a") }.count == 1)
    }

    @Test func credentialsNeedTheirDirectory() {
        #expect(
            read("v: ${cred:db}", .string).faults == [
                "weir.yaml:1:4: error: v: credential \"db\": CREDENTIALS_DIRECTORY is not set; start"
                    + " Weir by systemd with LoadCredential=, or use ${file:/path}"
            ])
    }

    @Test func referencesHaveLimits() {
        var limits = ConfigLimits()
        limits.fileBytes = 64
        limits.expandedBytes = 100
        let files = [
            "/big": String(repeating: "x", count: 65), "/ok": String(repeating: "y", count: 60),
        ]
        #expect(
            faults("v: ${file:/big}", files: files, limits: limits) { _ = $0.has("v") } == [
                "weir.yaml:1:4: error: v: file \"/big\" is larger than 64 bytes; check that it is the"
                    + " right file"
            ])
        #expect(
            faults("v: ['${file:/ok}', '${file:/ok}']", files: files, limits: limits) {
                _ = $0.has("v")
            } == [
                "weir.yaml:1:20: error: v[1]: references give more than 100 bytes in all; use smaller"
                    + " or fewer files"
            ])
        let deep = String(repeating: "${env:NO:-", count: 12) + String(repeating: "}", count: 12)
        #expect(
            faults("v: '\(deep)'") { _ = $0.has("v") } == [
                "weir.yaml:1:4: error: v: references are nested more than 8 deep; use fewer defaults"
            ])
    }

    @Test func originsAreRemembered() {
        var origins: [Origin] = []
        let text =
            "a: ${env:NAME}\nb: x${file:/etc/key}\nc: ${cred:db}\nd: plain\ne: ${env:NO:-x}\n"
        let lines = faults(text, environment: Self.environment, files: Self.files) { root in
            origins = "abcde".map { root.scalar(String($0))?.origin ?? .standard }
        }
        #expect(lines == [])
        #expect(
            origins == [
                .environment("NAME"), .file("/etc/key"), .credential("db"), .literal, .literal,
            ])
    }

    @Test func fileReferencesCountFromTheConfigurationFile() throws {
        let tree = try loader(files: ["/etc/w/w.yaml": "v: ${file:key}", "/etc/w/key": "k\n"])
            .load(path: "/etc/w/w.yaml")
        #expect(try tree.read { $0.string("v") } == "k")
    }

    @Test func anEmptyValueFromTheEnvironmentIsNoNull() {
        let (value, faults) = read("v: ${env:EMPTY}", .string, environment: Self.environment)
        #expect(value == nil)
        #expect(faults == ["weir.yaml:1:4: error: v: expected text, found a value from env EMPTY"])
    }
}

@Suite struct OverrideTests {
    static let text = """
        chains:
          base-main:
            id: 1
            start: 5
            endpoints:
              - { weight: 2 }
        server:
        """

    /// Reads the text above and gives what was read.
    static func values(_ environment: [String: String]) -> (values: [String], faults: [String]) {
        var values: [String] = []
        let lines = faults(Self.text, environment: environment) { root in
            for (name, chain) in root.sections("chains") {
                values.append("\(name) \(chain.int("id") ?? -1) \(chain.int("start", default: 0))")
                values += chain.sectionList("endpoints").map { "\($0.int("weight", default: 1))" }
                values.append(chain.enumeration("verify", default: Level.bloom).rawValue)
            }
            values.append(root.optionalSection("server")?.string("listen", default: "-") ?? "none")
            values.append(root.optionalSection("store")?.string("sqlite", default: "-") ?? "none")
            _ = root.optionalSecret("token")
        }
        return (values, lines)
    }

    @Test func overridesReachValuesOfTheFileAndKnownKeys() {
        #expect(Self.values([:]).values == ["base-main 1 5", "2", "bloom", "-", "none"])
        let (values, faults) = Self.values([
            "WEIR__CHAINS__BASE_MAIN__START": "12_000", "weir__chains__base_main__verify": "off",
            "WEIR__CHAINS__BASE_MAIN__ENDPOINTS__0__WEIGHT": "9", "WEIR__SERVER__LISTEN": "[::]:1",
            "WEIR__STORE__SQLITE": "w.db", "OTHER": "x", "WEIR_X": "y",
        ])
        #expect(values == ["base-main 1 12000", "9", "off", "[::]:1", "w.db"])
        #expect(faults == [])
    }

    @Test func overridesThatFitNothingAreErrors() {
        let (_, faults) = Self.values([
            "WEIR__CHAINS__BASE_MAIN__STRAT": "1", "WEIR__QUITE__ELSE": "1",
            "WEIR__CHAINS__OTHER__ID": "1",
        ])
        #expect(
            faults == [
                "WEIR__CHAINS__BASE_MAIN__STRAT: error: the override fits no key; did you mean"
                    + " WEIR__CHAINS__BASE_MAIN__START?",
                "WEIR__CHAINS__OTHER__ID: error: the override fits no key; unset it",
                "WEIR__QUITE__ELSE: error: the override fits no key; unset it",
            ])
    }

    @Test func wrongOverridesAreToldByTheirName() {
        let (_, faults) = Self.values([
            "WEIR__CHAINS__BASE_MAIN__START": "soon", "WEIR__CHAINS": "x", "WEIR__TOKEN": "t0ken",
            "WEIR__SERVER__LISTEN": "a", "weir__server__listen": "b",
        ])
        #expect(
            faults == [
                "WEIR__CHAINS: error: chains: an override sets a single value, and this is a"
                    + " section; name a value in it, as in WEIR__CHAINS__NAME",
                "WEIR__CHAINS__BASE_MAIN__START: error: chains.base-main.start: expected a whole"
                    + " number, found \"soon\"",
                "WEIR__TOKEN: error: token: a secret is never taken from an override; unset"
                    + " WEIR__TOKEN and write ${env:NAME} in the file",
                "weir__server__listen: error: the same override as WEIR__SERVER__LISTEN; unset one"
                    + " of them",
            ])
    }

    @Test func overrideOfTwoKeysIsAmbiguous() {
        let lines = faults("A: 1\na: 2\n", environment: ["WEIR__A": "3"]) { root in
            _ = root.int("A")
            _ = root.int("a")
        }
        #expect(
            lines == [
                "WEIR__A: error: a: the override also fits A; set the value in the file"
            ])
    }

    @Test func loaderWithoutPrefixTakesNone() throws {
        let surroundings = ConfigSurroundings(variables: ["WEIR__A": "2", "A": "3"])
        let loader = ConfigLoader(surroundings: surroundings, overridePrefix: "")
        #expect(try loader.load(text: "a: 1").read { $0.int("a") } == 1)
    }

    @Test func loaderWithoutInterpolationLeavesDollarsAlone() throws {
        let surroundings = ConfigSurroundings(variables: ["A": "3"])
        let loader = ConfigLoader(
            surroundings: surroundings, overridePrefix: "", interpolates: false)
        let text = try loader.load(text: "a: \"${env:A} $${ ${\"").read { $0.string("a") }
        #expect(text == "${env:A} $${ ${")
    }
}

@Suite struct DiskTests {
    @Test func filesAreReadFromDiskWithinTheLimit() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("weir-config-\(UInt64.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("weir.yaml")
        try Data("key: ${file:key}\n".utf8).write(to: file)
        try Data("abc\n".utf8).write(to: folder.appendingPathComponent("key"))

        let read = ConfigSurroundings.process.readFile
        #expect(read(file.path, 17) == .success(Array("key: ${file:key}\n".utf8)))
        #expect(read(file.path, 16) == .failure(.tooLarge(limitBytes: 16)))
        #expect(read(folder.appendingPathComponent("no").path, 16) == .failure(.missing))
        #expect(read(folder.path, 16) == .failure(.unreadable))
        #expect(read("/dev/zero", 16) == .failure(.tooLarge(limitBytes: 16)))
        let tree = try ConfigLoader(surroundings: .process).load(path: file.path)
        #expect(try tree.read { $0.secret("key")?.reveal() } == "abc")
    }
}
