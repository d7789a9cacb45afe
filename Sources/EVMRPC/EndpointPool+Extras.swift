// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
import EVMPrimitives
package import WeirPorts

extension EndpointPool {
    /// How many further endpoints are asked for what one could not read.
    private static let helpersMax = 2

    /// What one endpoint cannot read, because it has no state of the block or does not know the
    /// method, is asked of others; what none of them can is told in the reading.
    package func extras(
        of headers: [BlockHeader], plan: FetchPlan, isHead: Bool
    ) async throws(ChainClientError) -> [BlockExtras] {
        let work = PoolWork.extras(isHead: isHead)
        let (answer, name) = try await self.run(work) { client throws(ChainClientError) in
            (
                try await client.extras(of: headers, plan: plan, isHead: isHead),
                client.endpoint.name
            )
        }
        var extras = answer
        var helpers = 0
        for (index, client) in self.clients.enumerated() where client.endpoint.name != name {
            let lacking = Lacking(extras, plan)
            guard helpers < Self.helpersMax, !lacking.isNothing else { break }
            helpers += 1
            let wanted = lacking.blocks.map { headers[$0] }
            let part = lacking.plan
            do throws(ChainClientError) {
                let more = try await self.askAside(
                    index,
                    { other throws(ChainClientError) in
                        try await other.extras(of: wanted, plan: part, isHead: false)
                    })
                if let more { lacking.fill(&extras, with: more) }
            } catch {
                // It was asked for a favour: without it all stays as it is.
                if error == .cancelled { throw error }
            }
        }
        return extras
    }

    /// What an answer does not have though it was wanted.
    struct Lacking: Sendable {
        /// Places of blocks that lack something.
        let blocks: [Int]
        /// What some of them lack.
        let plan: FetchPlan

        init(_ extras: [BlockExtras], _ plan: FetchPlan) {
            var blocks: [Int] = []
            var keys: Set<String> = []
            var lacksTips = false
            for (index, block) in extras.enumerated() {
                let unread = block.readings.filter(Self.isUnread).map(\.key)
                let hasNoTips =
                    plan.wantsFees && !plan.tipPercentiles.isEmpty
                    && block.fees?.tipsWei.isEmpty == true
                guard !unread.isEmpty || hasNoTips else { continue }
                blocks.append(index)
                keys.formUnion(unread)
                lacksTips = lacksTips || hasNoTips
            }
            self.blocks = blocks
            self.plan = FetchPlan(
                readings: plan.readings.filter { keys.contains($0.key) }, wantsFees: lacksTips,
                tipPercentiles: lacksTips ? plan.tipPercentiles : [])
        }

        var isNothing: Bool { self.blocks.isEmpty }

        /// Puts in what another endpoint knows.
        func fill(_ extras: inout [BlockExtras], with more: [BlockExtras]) {
            for (place, answer) in zip(self.blocks, more) {
                for index in extras[place].readings.indices
                where Self.isUnread(extras[place].readings[index]) {
                    if let better = answer.reading(extras[place].readings[index].key),
                        !Self.isUnread(better)
                    {
                        extras[place].readings[index] = better
                    }
                }
                if let fees = answer.fees, extras[place].fees?.tipsWei.isEmpty == true {
                    extras[place].fees?.tipsWei = fees.tipsWei
                    let blobFee = extras[place].fees?.blobBaseFeeWei ?? fees.blobBaseFeeWei
                    extras[place].fees?.blobBaseFeeWei = blobFee
                }
            }
        }

        private static func isUnread(_ reading: Reading) -> Bool {
            if case .unavailable = reading.outcome { true } else { false }
        }
    }
}
