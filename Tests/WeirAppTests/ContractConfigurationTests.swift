// Weir
// SPDX-License-Identifier: Apache-2.0

import ConfigTree
import EVMABI
import EVMPrimitives
import Testing

@testable import WeirApp

/// Contracts behind proxies: what runs there, and what is wrong with saying so.
@Suite("contracts of the configuration")
struct ContractConfigurationTests {
    static let proxy = "0x1111111111111111111111111111111111111111"
    static let first = "0x2222222222222222222222222222222222222222"
    static let second = "0x3333333333333333333333333333333333333333"

    static let files = [
        "proxy.abi": "event Upgraded(address indexed implementation)",
        "v1.abi": "event Paid(address indexed who, uint256 amount)",
        "v2.abi": "event Paid(address who, uint256 indexed amount)",
        "calls.abi": "function pay(address who)",
        "more.abi": "event Sent(); function refund(uint256 id); error Late(uint256 by)",
    ]

    static func read(_ contracts: String) throws(ConfigDiagnostics) -> [ContractConfiguration] {
        let surroundings = ConfigSurroundings { path, _ in
            Self.files[path].map { .success(Array($0.utf8)) } ?? .failure(.missing)
        }
        return try ConfigLoader(surroundings: surroundings)
            .load(text: "contracts:\n" + contracts, name: "weir.yaml", directory: nil)
            .read { root in
                ContractReader(chains: ["base", "other"], abis: ABIFiles(surroundings)).read(root)
                    .compactMap { draft in
                        _ = draft.section.value("values")
                        return draft.contract
                    }
            }
    }

    static func faults(_ contracts: String) -> String {
        do throws(ConfigDiagnostics) {
            return "none: \(try Self.read(contracts).count)"
        } catch { return error.description }
    }

    private static let list = """
        [{ address: "\(Self.first)", abi: v1.abi }, { address: "\(Self.second)", abi: [v2.abi] }]
        """

    private static func vault(_ more: String) -> String {
        "  Vault: { chain: base, address: \"\(Self.proxy)\", \(more) }\n"
    }

    @Test func implementationsKeepTheirOrder() throws {
        let contract = try #require(
            try Self.read(Self.vault("implementations: \(Self.list)")).first)
        #expect(contract.implementations.map(\.address.lowercaseText) == [Self.first, Self.second])
        #expect(contract.implementations.map(\.events.count) == [1, 1])
        #expect(contract.abi.events.isEmpty)
        #expect(contract.beacon == nil)
        let both = try #require(
            try Self.read(Self.vault("abi: proxy.abi, implementations: \(Self.list)")).first)
        #expect(both.abi.events.map(\.name) == ["Upgraded"])
        let plain = try #require(try Self.read(Self.vault("abi: v1.abi")).first)
        #expect(plain.implementations.isEmpty)
    }

    /// Calls go to the proxy, whatever runs behind it.
    @Test func functionsAndErrorsAreThoseOfAllImplementations() throws {
        let list = """
            [{ address: "\(Self.first)", abi: [v1.abi, calls.abi] }, \
            { address: "\(Self.second)", abi: [v2.abi, calls.abi, more.abi] }]
            """
        let contract = try #require(
            try Self.read(Self.vault("abi: proxy.abi, implementations: \(list)")).first)
        #expect(contract.abi.functions.map(\.signature) == ["pay(address)", "refund(uint256)"])
        #expect(contract.abi.errors.map(\.signature) == ["Late(uint256)"])
        #expect(contract.abi.events.map(\.name) == ["Upgraded"])
        #expect(contract.implementations.map(\.events.count) == [1, 2])
    }

    @Test func beaconIsAnAddressOrAName() throws {
        let address = try Self.read(
            Self.vault("implementations: \(Self.list), beacon: \"\(Self.second)\""))
        #expect(address.first?.beacon?.lowercaseText == Self.second)
        let named = try Self.read(
            Self.vault("implementations: \(Self.list), beacon: Beacon")
                + "  Beacon: { chain: base, address: \"\(Self.second)\", abi: proxy.abi }\n")
        #expect(named.first?.beacon?.lowercaseText == Self.second)
        #expect(named.last?.beacon == nil)
    }

    @Test(arguments: [
        ("implementations: []", "missing key \"abi\""),
        ("implementations: 7", "contracts.Vault.implementations"),
        ("implementations: [{ abi: v1.abi }]", "missing key \"address\""),
        (
            "implementations: [{ address: \"\(Self.first)\" }]",
            "missing key \"abi\""
        ),
        (
            "implementations: [{ address: \"0x12\", abi: v1.abi }]", "expected an address"
        ),
        (
            "implementations: [{ address: \"\(Self.first)\", abi: v3.abi }]",
            "the ABI file \"v3.abi\""
        ),
        (
            "implementations: [{ address: \"\(Self.first)\", abi: calls.abi }]",
            "the ABI declares no events"
        ),
        (
            "implementations: [{ address: \"\(Self.first)\", abi: v1.abi, name: one }]",
            "name"
        ),
        (
            "implementations: [{ address: \"\(Self.first)\", abi: v1.abi }, "
                + "{ address: \"\(Self.first)\", abi: v2.abi }]",
            "there are two implementations"
        ),
        ("abi: v1.abi, beacon: \"\(Self.first)\"", "a beacon is asked by a proxy"),
        ("implementations: \(Self.list), beacon: Bacon", "there is no contract \"Bacon\""),
        ("implementations: \(Self.list), beacon: [1]", "contracts.Vault.beacon"),
        ("implementations: \(Self.list), beacon: Far", "contract Far is on chain other"),
    ])
    func faultsAreNamed(more: String, message: String) {
        let faults = Self.faults(
            Self.vault(more)
                + "  Beacon: { chain: base, address: \"\(Self.second)\", abi: proxy.abi }\n"
                + "  Far: { chain: other, address: \"\(Self.second)\", abi: proxy.abi }\n")
        #expect(faults.contains(message), "\(faults)")
    }
}
