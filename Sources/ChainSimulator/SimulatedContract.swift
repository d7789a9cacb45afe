// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMABI
package import EVMPrimitives
import EVMSignatures

/// The contracts of the simulated economy: where they are, and what they declare.
///
/// Addresses do not depend on the seed: a deployer whose key is fixed creates them with its nonces
/// 0 to 5.
package enum SimulatedContract: Int, Sendable, Hashable, CaseIterable {
    case nodeRegistry
    case jobMarketplace
    case fabToken
    case paymentChannels
    case governor
    case reputation

    /// The name that configurations give it.
    package var alias: String {
        switch self {
        case .nodeRegistry: "NodeRegistry"
        case .jobMarketplace: "JobMarketplace"
        case .fabToken: "FabToken"
        case .paymentChannels: "PaymentChannels"
        case .governor: "Governor"
        case .reputation: "Reputation"
        }
    }

    package var address: Address { Self.addresses[self.rawValue] }

    /// The ABI file, seen from the project's root.
    package var abiFile: String { "abis/demo/\(self.alias).json" }

    /// What the contract declares: the same as its ABI file.
    package var abi: ContractABI { Self.abis[self.rawValue] }

    /// The contract at an address.
    package static func at(_ address: Address) -> SimulatedContract? {
        self.allCases.first { $0.address == address }
    }

    /// What `eth_getCode` answers. Nothing runs it: it reverts, and names the contract.
    package var code: [UInt8] { [0x5f, 0x5f, 0xfd, 0xfe] + Array(self.alias.utf8) }

    private static let addresses: [Address] = SimulatedContract.allCases.map {
        ContractAddress.create(
            sender: SimulatedAccounts.deployer, nonce: UInt64(truncatingIfNeeded: $0.rawValue))
    }

    private static let abis: [ContractABI] = [
        ContractABI(functions: EconomyViews.registry, events: EconomyEvents.registry),
        ContractABI(functions: EconomyViews.market, events: EconomyEvents.market),
        ContractABI(functions: EconomyViews.token, events: EconomyEvents.token),
        ContractABI(functions: EconomyViews.channels, events: EconomyEvents.channels),
        ContractABI(functions: EconomyViews.governor, events: EconomyEvents.governor),
        ContractABI(functions: EconomyViews.reputation, events: EconomyEvents.reputation),
    ]
}

/// The accounts of the simulated economy, the same for every seed.
package enum SimulatedAccounts {
    /// How many accounts act.
    package static let count = 24
    /// The accounts 1 to this one run nodes.
    static let operators = 1...9

    /// Keys that everybody can compute: `keccak256("weir simulator account N")`.
    static let keys: [PrivateKey] = (0..<Self.count).compactMap { index in
        try? PrivateKey(bytes: Keccak256.hash(text: "weir simulator account \(index)").bytes)
    }

    /// The addresses; the first one deploys, owns and slashes.
    package static let addresses: [Address] = Self.keys.map(\.address)

    package static let deployer = Self.addresses.first ?? .zero

    /// Who receives the priority fees, block by block.
    static let proposers: [Address] = (0..<4).map {
        Address(truncating: Keccak256.hash(text: "weir simulator proposer \($0)").word)
    }
}
