// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import EVMABI
import EVMPrimitives
import Testing
import WeirTestSupport

@testable import Economy

/// What strangers write into selectors and revert data, as labels.
@Suite("labels of gas")
struct GasTrackerLabelTests {
    // MARK: Reasons

    static func revert(_ text: String) throws -> [UInt8] {
        [0x08, 0xc3, 0x79, 0xa0] + (try ABIEncoder.encode([.string], [.text(text)]))
    }

    static func panic(_ code: U256) throws -> [UInt8] {
        [0x4e, 0x48, 0x7b, 0x71] + (try ABIEncoder.encode([.uint256], [.uint(code)]))
    }

    static func custom(_ fragment: String, _ values: [ABIValue]) throws -> [UInt8] {
        guard case .error(let error) = try HumanABI.parseFragment(fragment, assuming: "error")
        else { throw LabFault.unusable(fragment) }
        return selectorBytes(error.selector)
            + (try ABIEncoder.encode(error.inputs.map(\.type), values))
    }

    @Test func reasonsAreStableLabels() throws {
        var lab = try GasLab.lab(GasLab.watching)
        let who = ABIValue.address(GasLab.wallet)
        let cases: [(data: [UInt8]?, reason: String)] = [
            (nil, "unknown"), ([], "empty"), ([1, 2, 3], "unknown"),
            (try Self.revert("too late"), "too late"), (try Self.revert(""), "empty"),
            (try Self.revert(" \n "), "\u{fffd}"),
            (
                try Self.revert(
                    "AccessControl: account \(GasLab.wallet) is missing role 0x00"),
                "AccessControl: account 0x… is missing role 0x00"
            ),
            (try Self.revert("needs 1000000, has 9999"), "needs …, has 9999"),
            (try Self.revert("a\u{202e}b\u{0}c\"\\"), "a\u{fffd}b\u{fffd}c\"\\"),
            (try Self.revert("0x"), "0x"), (try Self.revert("9" + "0x12345678"), "90x…"),
            (
                try Self.revert(String(repeating: "long ", count: 5_000)),
                String(repeating: "long ", count: 12) + "long…"
            ),
            (try Self.panic(0x11), "panic 0x11"), (try Self.panic(0x12), "panic 0x12"),
            (try Self.panic(0x77), "panic"), (try Self.panic(.max), "panic"),
            (try Self.custom("error NotOwner(address who)", [who]), "NotOwner"),
            // Passed on from a contract that was called.
            (
                try Self.custom(
                    "error Poor(address who, uint256 has, uint256 needs)",
                    [who, .uint(1), .uint(.max)]), "Poor"
            ),
            // Cut: no error of this name says so.
            (selectorBytes(0x8f4a_c0d3), "0x8f4ac0d3"),
            (try Self.custom("error NotMine(address who)", [who]), "selector"),
            ([0x08, 0xc3, 0x79, 0xa0, 1], "0x08c379a0"),
        ]
        let market = try GasLab.market()
        for (data, reason) in cases {
            try lab.observe(
                fees: nil, [GasLab.transaction(to: market, succeeded: false, revertData: data)])
            var expected = reason
            if reason == "selector" { expected = Hex.encode((data ?? []).prefix(4)) }
            let fact = lab.facts.last?.fields.first { $0.name == "reason" }?.value
            #expect(fact == expected)
            #expect(
                (lab.value("transactions_failed_total", ["Market", "receive", expected]) ?? 0) > 0,
                "\(expected)")
        }
    }

    @Test func aMessageThatIsNoTextIsNoReason() throws {
        let bytes = try ABIEncoder.encode([.bytes], [.bytes([0xff, 0xfe, 0x80])])
        let reason = GasTracker.FailureReason([0x08, 0xc3, 0x79, 0xa0] + bytes, errors: [])
        #expect(reason.text.unicodeScalars.allSatisfy { $0.value >= 0x20 })
        #expect(reason.text.utf8.count <= 200)
    }

    @Test(arguments: 0..<200)
    func anyRevertDataGivesAShortLabel(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let errors = try GasLab.contracts().flatMap(\.errors)
        var heads: [[UInt8]] = [[], [0x08, 0xc3, 0x79, 0xa0], [0x4e, 0x48, 0x7b, 0x71]]
        heads += errors.map { selectorBytes($0.selector) }
        let head = heads.randomElement(using: &random) ?? []
        let length = [0, 3, 32, 64, 100][Int.random(in: 0..<5, using: &random)]
        var body = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
        if Bool.random(using: &random), body.count >= 64 {
            // The head of a string, whatever follows it.
            body.replaceSubrange(0..<64, with: [UInt8](repeating: 0, count: 64))
            body[31] = 32
            body[63] = UInt8.random(in: 0...80, using: &random)
        }
        let reason = GasTracker.FailureReason(head + body, errors: errors)
        #expect(!reason.text.isEmpty, "seed \(seed)")
        #expect(reason.text.unicodeScalars.count <= 3 * 65, "seed \(seed)")
        #expect(
            reason.text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control },
            "seed \(seed)")
    }

    // MARK: Bounds

    @Test func unknownSelectorsHaveABoundForEachContract() throws {
        var lab = try GasLab.lab("contracts: [Market, Token]")
        let (market, token) = (try GasLab.market(), try GasLab.token())
        let most = UInt32(GasTracker.openLabelsMax)
        for selector in 1...(most + 8) {
            try lab.observe(fees: nil, [GasLab.transaction(to: market, selector)])
        }
        try lab.observe(
            fees: nil,
            [
                GasLab.transaction(to: token, 1),
                GasLab.transaction(to: market, try GasLab.selector("claim(uint256)")),
            ])
        #expect(lab.value("transactions_total", ["Market", "other"]) == 8)
        #expect(lab.value("transactions_total", ["Market", "0x00000020"]) == 1)
        #expect(lab.value("transactions_total", ["Market", "0x00000021"]) == nil)
        // Neither other contracts nor known methods lose anything.
        #expect(lab.value("transactions_total", ["Token", "0x00000001"]) == 1)
        #expect(lab.value("transactions_total", ["Market", "claim"]) == 1)
        // The facts say all of them.
        #expect(
            lab.facts.contains {
                $0.fields.contains { $0.name == "method" && $0.value == "0x00000028" }
            })
        // Those that have a series keep it, after a restart too.
        try lab.restart()
        try lab.observe(
            fees: nil,
            [GasLab.transaction(to: market, 1), GasLab.transaction(to: market, most + 1)])
        #expect(lab.value("transactions_total", ["Market", "0x00000001"]) == 2)
        #expect(lab.value("transactions_total", ["Market", "other"]) == 9)
        // A reorganisation gives labels back.
        lab.revert(Int(most) + 10)
        try lab.observe(fees: nil, [GasLab.transaction(to: market, most + 2)])
        #expect(lab.value("transactions_total", ["Market", "0x00000022"]) == 1)
    }

    @Test func reasonsInFreeTextHaveABound() throws {
        var lab = try GasLab.lab("contracts: [Market]")
        let market = try GasLab.market()
        func fail(_ data: [UInt8]?) throws {
            try lab.observe(
                fees: nil, [GasLab.transaction(to: market, succeeded: false, revertData: data)])
        }
        let most = GasTracker.openLabelsMax
        for index in 0..<(most + 5) { try fail(Self.revert("reason \(index)")) }
        try fail(nil)
        try fail(Self.panic(0x11))
        try fail(Self.custom("error NotOwner(address who)", [.address(GasLab.wallet)]))
        func count(_ reason: String) -> Double? {
            lab.value("transactions_failed_total", ["Market", "receive", reason])
        }
        #expect(count("other") == 5)
        #expect(count("reason 0") == 1)
        for known in ["unknown", "panic 0x11", "NotOwner"] { #expect(count(known) == 1) }
    }

    @Test func percentilesAreWrittenAsPeopleDo() {
        let texts = [0, 10, 50, 99.9, 100, 0.5].map(GasTracker.label(percentile:))
        #expect(texts == ["0", "10", "50", "99.9", "100", "0.5"])
    }
}
