// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainProofs
package import EVMABI

/// Why a chain could not be simulated. None of these comes from outside: they are wrong parameters
/// or a mistake in the simulation.
package enum SimulationError: Error, Equatable, Sendable {
    /// A block or transaction could not be hashed or signed.
    case proof(ProofError)
    /// A call or an event could not be encoded.
    case abi(ABIError)
    /// A reorganization deeper than the chain, or than the state that it keeps.
    case depth(asked: UInt64, available: UInt64)
    /// The fixed accounts could not be made.
    case accounts
}

extension SimulationError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .proof(let error): "the simulated block cannot be hashed or signed: \(error)"
        case .abi(let error): "the simulated contract cannot encode its data: \(error)"
        case .depth(let asked, let available):
            "a reorganization of \(asked) blocks is asked for, but only \(available) can go; "
                + "ask for fewer or keep more state"
        case .accounts: "the simulated accounts cannot be made: secp256k1 refused their keys"
        }
    }
}
