// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI
import EVMPrimitives
import Testing

@testable import Economy

@Suite("configuration of gas")
struct GasTrackerConfigTests {
    @Test func contractsAreAliasesAddressesOrNames() throws {
        let (market, token) = (try GasLab.market(), try GasLab.token())
        let nobody = GasLab.nobody
        func contracts(_ text: String) throws -> [NamedAccount]? {
            try GasLab.lab("contracts: \(text)").gas?.settings.contracts
        }
        #expect(try contracts("Market") == [NamedAccount(name: "Market", address: market)])
        #expect(
            try contracts("[\"\(token)\", \"\(nobody)\"]") == [
                NamedAccount(name: "Token", address: token),
                NamedAccount(name: nobody.description, address: nobody),
            ])
        #expect(
            try contracts("{ bazaar: Market, router: \"\(nobody)\" }") == [
                NamedAccount(name: "bazaar", address: market),
                NamedAccount(name: "router", address: nobody),
            ])
        #expect(try contracts("[]") == [])
    }

    @Test func aNameOfOnesOwnIsTheLabel() throws {
        var lab = try GasLab.lab("contracts: { bazaar: Market }")
        try lab.observe(
            fees: nil,
            [
                GasLab.transaction(
                    to: try GasLab.market(), try GasLab.selector("claim(uint256)"))
            ])
        #expect(lab.value("transactions_total", ["bazaar", "claim"]) == 1)
    }

    static let faults: [(settings: String, parts: [String])] = [
        ("contracts: [Markt]", ["has no contract", "Markt", "Market"]),
        ("contracts: [\"0x12\"]", ["an address"]),
        (
            "contracts: [\"0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\"]", ["checksum"]
        ),
        ("contracts: { a: [Market] }", ["a contract"]),
        ("senders: { wallet: nobody }", ["an address"]),
        ("percentiles: [50, 101]", ["101"]),
        ("percentiles: [-1]", ["-1"]),
        ("percentiles: [many]", ["a number"]),
        (
            "percentiles: [\((0...20).map { "\($0)" }.joined(separator: ", "))]",
            ["more than 20 percentiles"]
        ),
        ("history: maybe", ["true or false"]),
        ("contracts: [Market], start: -1", ["start"]),
        ("start: 5", ["none are watched", "name contracts or senders"]),
        ("contracts: [Market], method: claim", ["method"]),
        ("chain: moon", ["there is no chain", "moon"]),
    ]

    @Test(arguments: faults.indices)
    func faultsAreTold(index: Int) throws {
        let (settings, parts) = Self.faults[index]
        let text = TrackerLab.faults(
            try GasLab.contracts(), "trackers: { gas: { lab: { \(settings) } } }")
        for part in parts { #expect(text.contains(part), "\(settings): \(text)") }
    }

    @Test func aChainHasOneTrackerOfGas() throws {
        let text = TrackerLab.faults(
            try GasLab.contracts(), "trackers: { gas: { a: {}, b: { contracts: [Market] } } }")
        #expect(text.contains("gas of chain lab is watched by tracker a already"))
        #expect(text.contains("into one tracker"))
    }

    /// Stored state is built again exactly when the same blocks would give another.
    @Test func theFingerprintTellsWhatMakesState() throws {
        func fingerprint(_ settings: String, _ contracts: [LabContract]) throws -> String {
            try TrackerLab(contracts, "trackers: { gas: { lab: { \(settings) } } }")
                .definition.trackers[0].fingerprint
        }
        let contracts = try GasLab.contracts()
        let own = try fingerprint("contracts: [Market]", contracts)
        #expect(try fingerprint("contracts: [Market]", contracts) == own)
        #expect(try fingerprint("contracts: [Market], history: true", contracts) == own)
        #expect(try fingerprint("contracts: [Token]", contracts) != own)
        #expect(try fingerprint("contracts: [Market], percentiles: [1]", contracts) != own)
        #expect(try fingerprint("contracts: [Market], start: 1", contracts) != own)
        var others = contracts
        others[0].functions.append(try HumanABI.parseFunction("claim(uint8)"))
        #expect(try fingerprint("contracts: [Market]", others) != own)
        others = contracts
        others[1].errors = []
        #expect(try fingerprint("contracts: [Market]", others) != own)
        #expect(own.utf8.count < 1_000)
    }

    @Test func familiesAreWellFormed() {
        for family in GasTracker.families {
            let isCounter = family.kind == .count || family.kind == .sum
            #expect(family.name.hasSuffix("_total") == isCounter, "\(family.name)")
            #expect(!family.help.isEmpty)
        }
        #expect(GasTracker.families.count == GasTracker.Family.allCases.count)
        #expect(Set(GasTracker.families.map(\.name)).count == GasTracker.families.count)
    }
}
