// Weir
// SPDX-License-Identifier: Apache-2.0

/// A node without a socket: a chain, its faults, and how many requests it has answered.
///
/// The same parameters and the same sequence of calls give the same bytes.
package struct SimulatedNode: Sendable {
    package var chain: SimulatedChain
    package var faults: FaultPlan
    /// How many requests were answered.
    package private(set) var requests: UInt64 = 0

    package init(chain: SimulatedChain, faults: FaultPlan = .none) {
        self.chain = chain
        self.faults = faults
    }

    /// A node whose chain has that many blocks above block 0 already, none of them reorganized.
    package init(
        _ parameters: SimulationParameters, prehistory: UInt64, faults: FaultPlan = .none
    ) throws(SimulationError) {
        var chain = try SimulatedChain(parameters)
        try chain.extend(by: prehistory)
        self.init(chain: chain, faults: faults)
    }

    /// Answers the body of a POST.
    package mutating func answer(_ request: [UInt8]) -> HTTPAnswer {
        let fault = self.faults.decision(for: self.requests)
        self.requests &+= 1
        return JSONRPCFacade.answer(
            request, chain: self.chain, limits: self.faults.limits, fault: fault)
    }
}
