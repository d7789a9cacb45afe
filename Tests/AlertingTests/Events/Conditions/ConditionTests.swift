// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI
import EVMPrimitives
import Testing

@testable import Alerting

/// What conditions mean.
@Suite struct ConditionTests {
    private static let mine = "\(EventLab.mine)"

    /// `NodeSlashed(mine, 150 FAB, "offline since Monday")`.
    @Test(
        arguments: [
            ("amount > 100 FAB", true), ("amount > 150 FAB", false), ("amount >= 150 FAB", true),
            ("amount == 150 FAB", true), ("amount != 150 FAB", false), ("amount < 150.5 FAB", true),
            ("150 FAB == amount", true), ("100 FAB < amount", true),
            ("amount == 150e18", true), ("amount == 150_000_000_000_000_000_000", true),
            ("amount == 1.5e20", true), ("amount == 0x821ab0d4414980000", true),
            ("amount == 150 ether", true), ("amount == 150_000_000_000 gwei", true),
            ("amount == 150000000000000000000 wei", true), ("amount > 1_000_000 USDC", true),
            ("amount == 150FAB", true), ("amount > 0.000000000000000001 FAB", true),
            ("amount - 50 FAB == 100 FAB", true), ("50 FAB - amount == -100 FAB", true),
            ("-amount < 0", true), ("--amount > 0", true), ("amount * 2 == 300 FAB", true),
            ("amount + amount * 2 - 1 == 450 FAB - 1", true),
            ("2 * (amount + 1) == 300 FAB + 2", true),
            ("node in operators", true), ("node not in operators", false),
            ("not node in operators", false), ("!(node in operators)", false),
            ("node in [NodeRegistry, FAB]", false), ("node == NodeRegistry", false),
            ("node == \(mine)", true), ("node == \"\(mine)\"", true),
            ("\(mine) == node", true), ("node == 0x0000000000000000000000000000000000001111", true),
            ("node in [0x0000000000000000000000000000000000001111]", true),
            ("node in [contract.address, node]", true),
            ("amount in [150 FAB, 151 FAB]", true), ("amount in [1, 2, 3,]", false),
            ("amount in numbers", false),
            ("reason == \"offline since Monday\"", true),
            ("reason == 'offline since Monday'", true),
            ("reason != ''", true), ("reason startsWith \"offline\"", true),
            ("reason endsWith \"Monday\"", true), ("reason contains \"since\"", true),
            ("reason contains ''", true), ("reason contains \"Sunday\"", false),
            ("reason endsWith \"a very much longer text than the reason\"", false),
            ("reason matches \"off.*\"", true), ("reason matches \"off\"", false),
            ("reason =~ \"off(line|set) .*\"", true), ("reason !~ \"off.*\"", false),
            ("reason not matches \"x.*\"", true), ("reason in words", false),
            ("reason.length == 20", true), ("reason == 'off\\u{6c}ine since Monday'", true),
            ("amount > 1 FAB and reason contains \"off\" or node == FAB", true),
            ("amount > 1 FAB && (reason == \"\" || node == FAB)", false),
            ("true", true), ("not true", false), ("!false", true), ("!!true", true),
            ("not not true", true),
            ("true or amount > 1", true), ("(((amount))) > ((1))", true),
            ("(amount > 1) == true", true), ("(amount > 1) == (node == FAB)", false),
            ("block.number == 100 and log.index == 3", true), ("block.time > 1_600_000_000", true),
            ("block.time - 2 days < 1_700_000_000", true),
            ("block.time + 1 week > 1700604799", true),
            ("1 hour == block.time - 1699996400", true),
            ("1 minute * 60 == block.time - 1699996400", true),
            ("tx.hash == 0x0000000000000000000000000000000000000000000000000000000000000077", true),
            ("block.hash startsWith 0x00", true), ("contract == \"NodeRegistry\"", true),
            ("event == \"NodeSlashed\" and chain == \"base\"", true),
            ("contract.address == NodeRegistry", true),
            ("contract in [\"A\", \"NodeRegistry\"]", true),
            ("arg1 == amount", true), ("arg0 == node and arg2 == reason", true),
            ("\n amount\n  > 100 FAB\n", true), ("amount > 0 B-7", nil),
            ("amount > 1 \"B-7\"", true), ("amount == 15_000_000_000_000_000_000 ZERO * 10", true),
            ("amount < 0.1 HUGE", true),
        ] as [(String, Bool?)])
    func conditionOnASlashing(text: String, expected: Bool?) throws {
        let lab = try EventLab()
        guard let expected else {
            #expect(throws: ConditionFault.self) { try lab.check(text, on: "NodeSlashed") }
            return
        }
        let values = EventLab.slashed(EventLab.fab(150), reason: "offline since Monday")
        #expect(try lab.holds(text, on: "NodeSlashed", values) == expected)
    }

    /// `Ordered((mine, 5, (-7, true)), [1, 2, 30])`.
    @Test(
        arguments: [
            ("order.amount == 5", true), ("order.buyer in operators", true),
            ("order.detail.kind < 0", true), ("order.detail.kind == -7", true),
            ("order.detail.urgent", true), ("not order.detail.urgent", false),
            ("order.detail.urgent == false", false), ("parts.length == 3", true),
            ("parts[0] == 1 and parts[2] == 30", true), ("parts contains 30", true),
            ("parts contains 31", false), ("30 in parts", true), ("order.amount in parts", false),
            ("any parts > 20", true), ("all parts > 20", false), ("all parts in [1, 2, 30]", true),
            ("any parts in numbers", true), ("any parts == order.amount", false),
            ("parts[1] + parts[2] == 32", true),
            // What is not there is neither equal nor unequal.
            ("parts[3] == 1", nil), ("parts[3] != 1", nil), ("not (parts[3] == 1)", nil),
            ("parts[3] == 1 or true", true), ("parts[3] == 1 and false", false),
            ("parts[3] == 1 and true", nil), ("parts[3] == 1 or false", nil),
            ("parts[9223372036854775807] > 1", nil),
        ] as [(String, Bool?)])
    func conditionOnATuple(text: String, expected: Bool?) throws {
        let values: [ABIValue] = [
            .tuple([.address(EventLab.mine), .uint(5), .tuple([.int(-7), .bool(true)])]),
            .array([.uint(1), .uint(2), .uint(30)]),
        ]
        #expect(try EventLab().holds(text, on: "Ordered", values) == expected)
    }

    /// `Changed(-2²⁵⁵, -128, 255, true, 0xa9059cbb01, [FAB, mine], ["x", "yz"])`.
    @Test(
        arguments: [
            ("delta < 0", true), ("-delta > 0", true),
            ("delta == -0x8\(String(repeating: "0", count: 63))", true),
            ("delta + delta < delta", true), ("delta * delta > 0", true), ("step == -128", true),
            ("level == 255", true), ("level < 256", true), ("paused", true), ("not paused", false),
            ("paused and level > 1", true), ("data startsWith 0xa9059cbb", true),
            ("data endsWith 0x01", true), ("data contains 0x059c", true),
            ("data == 0xa9059cbb01", true),
            ("data == 0xA9059CBB01", true), ("data.length == 5", true),
            ("data in [0xa9059cbb01]", true),
            ("targets contains FAB", true), ("FAB in targets", true),
            ("any targets in operators", true),
            ("all targets in operators", false), ("all targets in [FAB, \(mine)]", true),
            ("targets.length * 2 == 4", true), ("targets[0] == FAB", true),
            ("any notes startsWith \"y\"", true), ("all notes matches \"[xyz]+\"", true),
            ("notes contains \"yz\"", true), ("\"yz\" in notes", true),
            ("any notes contains \"q\"", false),
        ] as [(String, Bool)])
    func conditionOnSignedValuesAndLists(text: String, expected: Bool) throws {
        let values: [ABIValue] = [
            .int(.min), .int(-128), .uint(255), .bool(true), .bytes([0xa9, 5, 0x9c, 0xbb, 1]),
            .array([.address(EventLab.token), .address(EventLab.mine)]),
            .array([.text("x"), .text("yz")]),
        ]
        #expect(try EventLab().holds(text, on: "Changed", values) == expected)
    }

    /// Of an indexed string the log holds the hash, and a literal's hash is compared with it.
    @Test(
        arguments: [
            ("label == \"alpha\"", true), ("label == \"beta\"", false), ("label != \"beta\"", true),
            ("label in [\"beta\", \"alpha\"]", true), ("label in words", false),
            ("role == 0x\(String(repeating: "ab", count: 32))", true), ("role.length == 32", true),
        ] as [(String, Bool)])
    func indexedStringsAreComparedByTheirHash(text: String, expected: Bool) throws {
        let values: [ABIValue] = [
            .address(EventLab.mine), .hash(Keccak256.hash(text: "alpha")),
            .bytes(Array(repeating: 0xab, count: 32)),
        ]
        #expect(try EventLab().holds(text, on: "Registered", values) == expected)
    }

    @Test func extremesCompareExactly() throws {
        let lab = try EventLab()
        for (amount, text, expected) in [
            (U256.max, "amount + 1 > amount", true), (.max, "amount * amount > amount", true),
            (.max, "amount == 2 * 0x7\(String(repeating: "f", count: 63)) + 1", true),
            (.max, "amount - amount - 1 < 0", true), (.zero, "amount - 1 == -1", true),
            (.zero, "-amount == 0", true), (.max, "amount > 1e77", true),
            (.max, "amount > 1e78", false),
            (.max, "amount > 1 HUGE", true), (.max, "amount < 1.2 HUGE", true),
            (.zero, "amount == 0 ZERO", true),
        ] as [(U256, String, Bool)] {
            let found = try lab.holds(text, on: "NodeSlashed", EventLab.slashed(amount))
            #expect(found == expected, "\(text) with \(amount)")
        }
    }

    /// A name of the event comes before what every event has, members of a number do not.
    @Test func argumentsComeFirst() throws {
        let lab = try EventLab()
        let values: [ABIValue] = [.uint(7), .address(EventLab.mine), .hash(.zero)]
        for (text, expected) in [
            ("block == 7", true), ("block.number == 100", true), ("contract in operators", true),
            ("contract.address == NodeRegistry", true),
        ] {
            #expect(try lab.holds(text, on: "Placed", values) == expected, "\(text)")
        }
        #expect(
            try lab.holds(
                "arg0 == 5 and arg1 == FAB", on: "Marked", [.uint(5), .address(EventLab.token)])
                == true)
    }

    @Test func unitsOfArgumentsAreLearnt() throws {
        let lab = try EventLab()
        #expect(
            try lab.check("amount > 1 FAB + 2 FAB", on: "NodeSlashed").units == ["amount": "FAB"])
        #expect(
            try lab.check("order.amount > 1 USDC and any parts > 5 gwei", on: "Ordered").units
                == ["order.amount": "USDC", "parts[]": "gwei"])
        #expect(try lab.check("amount > 2 days", on: "NodeSlashed").units == [:])
    }

    /// Before the chain was asked, a token's decimals are not known; after it they must be.
    @Test func decimalsMayComeLater() throws {
        let lab = try EventLab(tokens: [EventToken(symbol: "NEW", address: .zero, decimals: nil)])
        _ = try lab.check("amount > 1.5 NEW", on: "NodeSlashed", needsDecimals: false)
        #expect(
            throws: ConditionFault(
                14, "the decimals of \"NEW\" are not known",
                advice: "write decimals in its section under tokens")
        ) {
            try lab.check("amount > 1.5 NEW", on: "NodeSlashed")
        }
    }
}
