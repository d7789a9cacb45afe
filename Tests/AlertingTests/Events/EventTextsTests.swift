// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import Testing
import WeirTestSupport

@testable import Alerting

/// What alerts of events say.
@Suite struct EventTextsTests {
    /// The alert of one event under a rule.
    private func alert(
        _ rule: String, _ event: String, _ values: [ABIValue], lab: EventLab? = nil
    ) throws -> Alert {
        let lab = try lab ?? EventLab()
        var engine = try lab.engine("event_rules:\n  - \(rule)")
        let ref = LabBlock.ref(5)
        var block = Block(header: LabBlock.header(ref), logs: LogBatch())
        try lab.add(event, values, to: &block.logs, block: ref, index: 3)
        return try #require(engine.apply(.committed(block), now: 0).alerts.first)
    }

    private func summary(
        _ template: String, _ event: String, _ values: [ABIValue], more: String = "",
        lab: EventLab? = nil
    ) throws -> String {
        let contract =
            event == "Transfer" ? "FAB" : event == "ProposalCreated" ? "Governor" : "NodeRegistry"
        let text = template.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return try self.alert(
            "{ on: \"\(contract).\(event)\", summary: \"\(text)\"\(more) }", event, values, lab: lab
        ).annotations["summary"]
    }

    @Test func labelsAndAnnotationsOfAnAlert() throws {
        let alert = try self.alert(
            """
            { on: NodeRegistry.NodeSlashed, where: amount > 1 FAB, severity: critical,
                labels: { node: "{{ node }}", team: ops }, summary: "{{ node }} slashed {{ amount }}: {{ reason }}",
                description: "{{ .Contract }} on {{ $labels.chain }}: {{ $args.amount }} ({{ .Raw.amount }}) in {{ link }}" }
            """, "NodeSlashed", EventLab.slashed(EventLab.fab(1234), reason: "offline"))
        let hash = Hash256(U256(0x77))
        #expect(
            alert.labels.description
                == "{alertname=\"NodeSlashed\", chain=\"base\", contract=\"NodeRegistry\", "
                + "event=\"NodeSlashed\", log_index=\"3\", node=\"mine\", severity=\"critical\", "
                + "team=\"ops\", transaction=\"\(hash)\"}")
        #expect(alert.annotations["summary"] == "mine slashed 1,234 FAB: offline")
        #expect(
            alert.annotations["description"]
                == "NodeRegistry on base: 1,234 FAB (1234000000000000000000) in "
                + "https://scan.example/tx/\(hash)")
        #expect(alert.annotations["transaction_url"] == "https://scan.example/tx/\(hash)")
        #expect(alert.annotations["block"] == "5 (\(LabBlock.ref(5).hash))")
        #expect(alert.startsAt == 1_700_000_010_000)
        #expect(alert.endsAt == 1_700_000_010_000 + 600_000)
    }

    @Test func withoutTextsAnAlertStillSaysWhatHappened() throws {
        let alert = try self.alert(
            "{ on: NodeRegistry.NodeSlashed, units: { amount: FAB } }", "NodeSlashed",
            EventLab.slashed(1_500_000_000_000_000_000, EventLab.other))
        #expect(
            alert.annotations["summary"]
                == "NodeRegistry.NodeSlashed: node \(EventLab.other), amount 1.5 FAB, reason offline"
        )
    }

    @Test(
        arguments: [
            ("USDC", U256(0), "0 USDC"), ("USDC", 1, "0.000001 USDC"),
            ("USDC", 1_234_567_890, "1,234.56789 USDC"),
            ("ZERO", 1_234_567, "1,234,567 ZERO"), ("gwei", 1_500_000_000, "1.5 gwei"),
            (
                "HUGE", .max,
                "1.15792089237316195423570985008687907853269984665640564039457584007913129639935 HUGE"
            ),
            ("HUGE", 1, "0.\(String(repeating: "0", count: 76))1 HUGE"),
            (
                "ZERO", .max,
                "115,792,089,237,316,195,423,570,985,008,687,907,853,269,984,665,640,564,039,457,584,007,913,129,639,935 ZERO"
            ),
        ] as [(String, U256, String)])
    func amountsAreExact(unit: String, amount: U256, expected: String) throws {
        #expect(
            try self.summary(
                "{{ amount }}", "NodeSlashed", EventLab.slashed(amount),
                more: ", units: { amount: \(unit) }") == expected)
    }

    @Test func signedAmountsKeepTheirSign() throws {
        let rest: [ABIValue] = [
            .int(-5), .uint(9), .bool(true), .bytes([1, 2]), .array([.address(EventLab.token)]),
            .array([.text("a"), .text("b")]),
        ]
        let text =
            "{{ delta }}|{{ step }}|{{ level }}|{{ if paused }}yes{{ end }}|{{ data }}|{{ targets }}|{{ index .Args.notes 1 }}"
        #expect(
            try self.summary(
                text, "Changed", [.int(-1234)] + rest, more: ", units: { delta: ZERO }")
                == "-1,234 ZERO|-5|9|yes|0x0102|[FAB]|b")
        #expect(
            try self.summary("{{ delta }}", "Changed", [.int(.min)] + rest)
                == "-57896044618658097711785492504343953926634992332820282019728792003956564819968")
        #expect(
            try self.summary(
                "{{ delta }}", "Changed", [.int(-123)] + rest, more: ", units: { delta: ZERO }")
                == "-123 ZERO")
    }

    @Test func tuplesKeepTheirMembers() throws {
        let values: [ABIValue] = [
            .tuple([.address(EventLab.mine), .uint(2_000_000), .tuple([.int(-7), .bool(false)])]),
            .array([.uint(1), .uint(2)]),
        ]
        #expect(
            try self.summary(
                "{{ .Args.order.buyer }} {{ .Args.order.amount }} {{ .Args.order.detail.kind }} {{ range parts }}<{{ . }}>{{ end }}",
                "Ordered", values, more: ", units: { order.amount: USDC, \"parts[]\": ZERO }")
                == "mine 2 USDC -7 <1 ZERO><2 ZERO>")
    }

    /// A token's own amounts need no unit.
    @Test func transfersOfATokenAreInItsUnit() throws {
        let values: [ABIValue] = [
            .address(EventLab.mine), .address(EventLab.registry), .uint(EventLab.fab(3)),
        ]
        #expect(
            try self.summary("{{ value }} from {{ from }} to {{ to }}", "Transfer", values)
                == "3 FAB from mine to NodeRegistry")
    }

    /// What a stranger writes into an event cannot break a line, hide, or grow.
    @Test func stringsOfTheChainAreMadeHarmless() throws {
        let text = "a\n\u{1b}[31m\u{202e}b\u{0}{{ .X }}\u{200b}@everyone"
        let shown = try self.summary(
            "{{ reason }}", "NodeSlashed", EventLab.slashed(1, reason: text))
        #expect(shown == "a\u{fffd}\u{fffd}[31m\u{fffd}b\u{fffd}{{ .X }}\u{fffd}@everyone")
        let long = try self.summary(
            "{{ reason }}", "NodeSlashed",
            EventLab.slashed(1, reason: String(repeating: "x", count: 1_000_000)))
        #expect(long == String(repeating: "x", count: 300) + "…")
        let bytes: [ABIValue] = [.address(EventLab.mine), .uint(1), .string(utf8: [0xff, 0xfe])]
        #expect(try self.summary("{{ reason }}", "NodeSlashed", bytes) == "0xfffe")
    }

    @Test func callsOfAProposalAreDecoded() throws {
        let call = try ABIEncoder.encode(
            [.address, .uint256], [.address(EventLab.mine), .uint(EventLab.fab(1000))])
        let values: [ABIValue] = [
            .uint(9), .address(EventLab.other), .array([.address(EventLab.token)]),
            .array([.uint(0)]), .array([.text("")]),
            .array([.bytes([0xa9, 0x05, 0x9c, 0xbb] + call)]),
            .uint(1), .uint(2), .text("Pay"),
        ]
        let text = try self.summary(
            "{{ .Args.description }}: {{ calls }}", "ProposalCreated", values)
        #expect(text == "Pay: FAB.transfer(to: \(EventLab.mine), amount: 1,000 FAB)")
        #expect(
            try self.summary(
                "{{ len .Calls }} {{ .Args.end }} {{ start }}", "ProposalCreated", values)
                == "1 2 1")
    }

    @Test func failingTextsDoNotLoseTheAlert() throws {
        let text = try self.summary(
            "{{ index .Args.targets 1 }}", "Changed",
            [
                .int(0), .int(0), .uint(0), .bool(true), .bytes([]), .array([]), .array([]),
            ])
        #expect(text.hasPrefix("<error expanding template:"), "\(text)")
    }

    @Test func withoutAnExplorerALinkIsTheTransaction() throws {
        let lab = try EventLab(explorer: nil)
        let hash = Hash256(U256(0x77))
        let text = try self.summary("{{ link }}", "NodeSlashed", EventLab.slashed(1), lab: lab)
        #expect(text == "\(hash)")
    }

    @Test func templatesCanMatch() throws {
        let text =
            "{{ if match \"off.*\" reason }}down{{ end }} {{ reReplaceAll \"l(i)\" \"<$1>\" reason }} {{ reason | toUpper }}"
        #expect(
            try self.summary(text, "NodeSlashed", EventLab.slashed(1)) == "down off<i>ne OFFLINE")
    }
}
