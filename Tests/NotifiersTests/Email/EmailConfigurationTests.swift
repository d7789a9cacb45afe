// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import CurlTransport
import Testing
import WeirPorts

@testable import Notifiers

@Suite struct EmailConfigurationTests {
    static func read(
        _ yaml: String
    ) -> (configuration: EmailNotifier.Configuration?, faults: [ConfigDiagnostic]) {
        let surroundings = ConfigSurroundings(variables: ["SMTP_PASSWORD": "CANARY5up3r5ecret"])
        let tree: ConfigTree
        do throws(ConfigDiagnostics) {
            tree = try ConfigLoader(surroundings: surroundings).load(text: yaml)
        } catch {
            return (nil, error.list)
        }
        let configuration = tree.value.section().flatMap { EmailNotifier.Configuration($0) }
        return (configuration, tree.diagnostics())
    }

    static let whole = """
        to: [ops@example.org, "Boss <boss@example.org>"]
        from: Weir <weir@example.org>
        reply_to: help@example.org
        smarthost: smtp.example.org:587
        username: weir
        password: ${env:SMTP_PASSWORD}
        hello: monitor.example.org
        size_max: 64 KiB
        """

    @Test func wholeSectionIsRead() throws {
        let (read, faults) = Self.read(Self.whole)
        #expect(faults == [])
        let configuration = try #require(read)
        #expect(configuration.parties.to.map(\.address) == ["ops@example.org", "boss@example.org"])
        #expect(configuration.parties.from.name == "Weir")
        #expect(configuration.server == SmartHost("smtp.example.org:587"))
        #expect(configuration.encryption == .startTLS)
        #expect(configuration.username == "weir")
        #expect(configuration.password?.reveal() == "CANARY5up3r5ecret")
        #expect(configuration.bytesMax == 64 << 10)
        var text = "\(configuration)"
        dump(configuration, to: &text)
        #expect(!text.contains("CANARY"))
    }

    @Test func whatIsLeftOutHasItsDefault() throws {
        let (read, faults) = Self.read(
            "to: a@b.c, d@e.f\nfrom: weir@example.org\nsmarthost: \"[::1]:465\"")
        #expect(faults == [])
        let configuration = try #require(read)
        #expect(configuration.encryption == .implicit)
        #expect(configuration.hello == "example.org")
        #expect(configuration.parties.to.count == 2)
        #expect(configuration.username == nil)
    }

    @Test(arguments: [
        ("require_tls: false", MailRequest.Encryption.opportunistic),
        ("require_tls: true", .startTLS), ("implicit_tls: true", .implicit),
        ("implicit_tls: true\nrequire_tls: false", .implicit),
    ])
    func encryptionIsAsConfigured(line: String, encryption: MailRequest.Encryption) {
        let yaml = "to: a@b.c\nfrom: w@b.c\nsmarthost: mail.b.c:25\n\(line)"
        #expect(Self.read(yaml).configuration?.encryption == encryption)
    }

    @Test(arguments: [
        ("from: w@b.c\nsmarthost: m.b:25", "missing key \"to\""),
        ("to: a@b.c\nsmarthost: m.b:25", "missing key \"from\""),
        ("to: a@b.c\nfrom: w@b.c", "missing key \"smarthost\""),
        ("to: a\nfrom: w@b.c\nsmarthost: m.b:25", "weir.yaml:1:5"),
        ("to: [a@b.c, \"x\"]\nfrom: w@b.c\nsmarthost: m.b:25", "weir.yaml:1:13"),
        ("to: []\nfrom: w@b.c\nsmarthost: m.b:25", "0 addresses"),
        ("to: \"a@b.c\\r\\nBcc: e@f.g\"\nfrom: w@b.c\nsmarthost: m.b:25", "weir.yaml:1:5"),
        ("to: a@b.c\nfrom: w\nsmarthost: m.b:25", "weir.yaml:2:7"),
        ("to: a@b.c\nfrom: w@b.c\nsmarthost: m.b", "587 for STARTTLS"),
        ("to: a@b.c\nfrom: w@b.c\nsmarthost: m.b:0", "weir.yaml:3:12"),
        ("to: a@b.c\nfrom: w@b.c\nsmarthost: m.b:65536", "weir.yaml:3:12"),
        ("to: a@b.c\nfrom: w@b.c\nsmarthost: http://m.b:25", "weir.yaml:3:12"),
        ("to: a@b.c\nfrom: w@b.c\nsmarthost: m.b:25\nhello: a b", "is no domain"),
        ("to: a@b.c\nfrom: w@b.c\nsmarthost: m.b:25\nusername: x", "go together"),
        ("to: a@b.c\nfrom: w@b.c\nsmarthost: m.b:25\npassword: x", "go together"),
        (
            "to: a@b.c\nfrom: w@b.c\nsmarthost: m.b:25\nusername: x\npassword: y\nrequire_tls: false",
            "could go out in the clear"
        ),
        ("to: a@b.c\nfrom: w@b.c\nsmarthost: m.b:25\nsize_max: 1 KiB", "size_max"),
        ("to: a@b.c\nfrom: w@b.c\nsmarthost: m.b:25\nrequire_tls: maybe", "require_tls"),
        ("to: a@b.c\nfrom: w@b.c\nsmarthost: m.b:25\nsmart_host: x", "unknown key"),
    ])
    func faultIsToldWithItsPlace(yaml: String, words: String) {
        let (configuration, faults) = Self.read(yaml)
        let text = faults.map(\.description).joined(separator: "\n")
        #expect(text.contains(words), "\(text)")
        #expect(
            configuration == nil || words == "size_max" || words == "require_tls"
                || words == "unknown key")
    }

    @Test func passwordMayGoInTheClearToThisMachineOnly() {
        for host in ["localhost", "127.0.0.1", "[::1]", "127.1"] {
            let yaml = """
                to: a@b.c
                from: w@b.c
                smarthost: "\(host):25"
                username: x
                password: y
                require_tls: false
                """
            #expect(Self.read(yaml).faults == [], "\(host)")
        }
    }

    @Test func schemaKnowsEveryKeyThatIsRead() {
        let keys = Set(EmailNotifier.Configuration.schema.map(\.key))
        #expect(keys.isSuperset(of: ["to", "from", "smarthost", "username", "password", "hello"]))
        let faults = Self.read(
            Self.whole + "\nca_file: /ca.pem\nrequire_tls: true\nimplicit_tls: false"
        ).faults
        #expect(faults == [])
    }
}
