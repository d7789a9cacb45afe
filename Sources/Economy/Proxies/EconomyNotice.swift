// Weir
// SPDX-License-Identifier: Apache-2.0

package import EVMPrimitives

/// Something of the chain that the operator should do something about.
package enum EconomyNotice: Sendable, Hashable {
    /// A proxy runs code whose ABI is not in the configuration.
    case unknownImplementation(contract: String, proxy: Address, implementation: Address)
    /// A proxy asks a beacon that is not watched.
    case unknownBeacon(contract: String, proxy: Address, beacon: Address)
}

extension EconomyNotice: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownImplementation(let contract, let proxy, let implementation):
            "contract \(contract) at \(proxy) runs implementation \(implementation), whose ABI is "
                + "not known; its events are decoded where the ABIs of \(contract) agree; add "
                + "{ address: \"\(implementation)\", abi: … } under implementations of \(contract)"
        case .unknownBeacon(let contract, let proxy, let beacon):
            "contract \(contract) at \(proxy) takes its implementation from beacon \(beacon), which "
                + "is not watched; its events are decoded where the ABIs of \(contract) agree; "
                + "declare the beacon under contracts"
        }
    }
}
