// Weir
// SPDX-License-Identifier: Apache-2.0

// A canary in every slot that may hold a secret, and every way of showing something: it must never
// sing.

import Testing

@testable import ConfigTree

@Suite struct SecretTests {
    static let canary = "CANARY-7f3a"

    @Test func secretPrintsAsNothingElse() {
        let secret = Secret(Self.canary)
        struct Holder { let inner: Secret; let url: SecretURL? }
        let holder = Holder(inner: secret, url: SecretURL("https://h.io/\(Self.canary)"))
        var dumped = ""
        dump(holder, to: &dumped)
        dump(Optional(secret), to: &dumped)
        let all = [
            "\(secret)", "\(Optional(secret) as Any)", String(describing: secret),
            String(reflecting: secret), "\([secret])", "\(holder)", dumped,
            "\(Mirror(reflecting: secret).children.map { $0.value })", String(reflecting: holder),
        ]
        for text in all {
            #expect(!text.contains(Self.canary))
        }
        #expect("\(secret)" == "<secret>")
        #expect(secret.debugDescription == "<secret>")
        #expect(secret.reveal() == Self.canary)
    }

    @Test func secretsAreEqualByText() {
        #expect(Secret("abc") == Secret("abc"))
        #expect(Secret("abc") != Secret("abd"))
        #expect(Secret("abc") != Secret("ab"))
        #expect(Secret("") == Secret("") && Secret("").isEmpty)
    }

    @Test func canaryNeverAppears() throws {
        let environment = ["S": Self.canary, "U": "https://u:\(Self.canary)@rpc.io/\(Self.canary)"]
        let files = ["/s": Self.canary + "\n", "/creds/s": Self.canary]
        let text = """
            literal: \(Self.canary)
            env: ${env:S}
            file: ${file:/s}
            cred: ${cred:s}
            mixed: "Bearer ${env:S}"
            url: ${env:U}
            plainurl: https://x.io/\(Self.canary)?q=\(Self.canary)
            badurl: "http://${env:S}:99999/"
            number: ${env:S}
            size: ${env:S}
            flag: ${env:S}
            time: ${file:/s}
            choice: ${cred:s}
            section: ${env:S}
            list: ${env:S}
            map: ${env:S}
            indirect_file: /s
            pasword: \(Self.canary)
            nested: { x: [ "${env:S}" ] }
            urlasnumber: https://x.io/\(Self.canary)
            """
        let tree = try loader(
            environment: environment.merging(["CREDENTIALS_DIRECTORY": "/creds"]) { a, _ in a },
            files: files
        ).load(text: text)
        var shown: [String] = []
        var revealed: [String] = []
        do {
            _ = try tree.read { root -> Bool in
                for key in ["literal", "env", "file", "cred", "mixed", "indirect"] {
                    let secret = root.secret(key)
                    revealed.append(secret?.reveal() ?? "")
                    shown += ["\(secret as Any)"]
                }
                let url = root.required("url", .url())
                shown += ["\(url as Any)"]
                _ = root.required("badurl", .url())
                _ = root.string("plainurl")
                _ = root.int("number")
                _ = root.byteSize("size")
                _ = root.bool("flag")
                _ = root.duration("time")
                _ = root.enumeration("choice", Level.self)
                _ = root.section("section")
                _ = root.list("list")
                _ = root.map("map", .string)
                _ = root.int("urlasnumber")
                _ = root.optionalSecret("password")
                return true
            }
            Issue.record("the faults were not thrown")
        } catch {
            shown += ["\(error)", String(reflecting: error)]
            #expect(error.list.count == 12, "\(error)")
            dump(error, to: &shown[0])
        }
        #expect(
            revealed == Array(repeating: Self.canary, count: 4)
                + ["Bearer " + Self.canary, Self.canary])
        // Read as a type that is no secret, a value may be shown: these three were, in vain.
        let exempt: Set<String> = ["number", "size", "flag", "time", "choice", "list"]
        shown += tree.effectiveValues().filter { !exempt.contains($0.path) }.map { "\($0)" }
        for line in shown {
            #expect(!line.contains(Self.canary), "\(line)")
        }
    }

    @Test func unreadValuesAreNotShown() throws {
        let tree = try loader(environment: ["S": Self.canary])
            .load(text: "a: \(Self.canary)\nb: ${env:S}\nc: { d: [\(Self.canary), '${env:S}'] }\n")
        #expect(
            tree.render() == """
                a: <not read>
                b: <secret>  # from env S
                c:
                  d:
                    - <not read>
                    - <secret>  # from env S

                """)
    }

    @Test func secretMayStandInAFileOfItsOwn() {
        func secret(_ text: String, _ files: [String: String]) -> (String?, [String]) {
            var secret: Secret?
            let lines = faults(text, files: files) { secret = $0.optionalSecret("pw") }
            return (secret?.reveal(), lines)
        }
        #expect(secret("pw_file: /s", ["/s": "x\n"]) == ("x", []))
        #expect(secret("", [:]) == (nil, []))
        #expect(
            secret("pw_file: /s", [:]) == (
                nil, ["weir.yaml:1:10: error: pw_file: file \"/s\" does not exist; check the path"]
            ))
        #expect(
            secret("pw_file: /s", ["/s": "\n"]) == (
                nil, ["weir.yaml:1:10: error: pw_file: the file is empty; write the secret into it"]
            ))
        #expect(
            secret("pw: a\npw_file: /s", ["/s": "b"]) == (
                nil,
                ["weir.yaml:2:10: error: pw_file: both pw and pw_file are set; keep one of them"]
            ))
        #expect(
            faults("pw: \"\"") { _ = $0.secret("pw") } == [
                "weir.yaml:1:5: error: pw: expected text, found an empty text"
            ])
        #expect(
            faults("x: 1") { _ = ($0.secret("pw"), $0.int("x")) } == [
                "weir.yaml:1:1: error: missing key \"pw\"; expected text"
            ])
    }

    @Test(arguments: [
        ("https://u:p@h.io/k", "https://h.io/…"), ("https://h.io", "https://h.io"),
        ("https://h.io/", "https://h.io/"), ("https://h.io?k=1", "https://h.io/…"),
        ("see https://h.io/a and wss://g:1/b.", "see https://h.io/… and wss://g:1/…"),
        ("https://u:pa/ss@h.io", "https://…"), ("https://h.io#KEY", "https://h.io/…"),
        ("no url: //x", "no url: //x"), ("\"https://h/k\"", "\"https://h/…\""),
        ("https://u@h.io", "https://h.io/…"), ("a://b://c/d", "a://b:/…"), ("://x/y", "://x/y"),
    ])
    func urlsAreCutAfterTheHost(text: String, expected: String) {
        #expect(Redaction.cuttingURLs(in: text) == expected)
    }

    @Test func messagesHoldNoControlCharacters() {
        let lines = faults("v: \"\\e[31m\\u202e\\n\"\n\"k\\ey\": 1\n") { _ = $0.int("v") }
        #expect(
            lines == [
                "weir.yaml:1:4: error: v: expected a whole number, found"
                    + " \"\\u{1b}[31m\\u{202e}\\n\"; remove the quotes",
                "weir.yaml:2:1: error: unknown key \"k\\u{1b}y\"; known keys: v",
            ])
        #expect(Redaction.quoted(String(repeating: "a", count: 100)).count == 63)
    }
}
