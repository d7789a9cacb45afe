// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
import EVMPrimitives
package import WeirPorts

extension EndpointPool {
    /// How many further endpoints are asked for what one could not read.
    private static let helpersMax = 2
    /// How long a replica that does not know the newest block yet is given, each time.
    private static let lagWaits: [Duration] = [.milliseconds(300), .seconds(1)]

    /// What one endpoint cannot read, because it has no state of the block or does not know the
    /// method, is asked of others; what none of them can is told in the reading. At the head, where
    /// replicas behind one address may not all have the block yet, it is asked again a little later.
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
        if isHead { try await self.askLater(&extras, of: headers, plan) }
        return extras
    }

    /// Asks again for what was not read because the block was not known yet.
    private func askLater(
        _ extras: inout [BlockExtras], of headers: [BlockHeader], _ plan: FetchPlan
    ) async throws(ChainClientError) {
        for wait in Self.lagWaits {
            let lacking = Lacking(extras, plan)
            guard lacking.isLagging else { return }
            do { try await self.clock.sleep(wait) } catch { throw .cancelled }
            let wanted = lacking.blocks.map { headers[$0] }
            let part = lacking.plan
            do throws(ChainClientError) {
                let more = try await self.run(.extras(isHead: true)) {
                    client throws(ChainClientError) in
                    try await client.extras(of: wanted, plan: part, isHead: false)
                }
                lacking.fill(&extras, with: more)
            } catch {
                if error == .cancelled { throw error }
                return
            }
        }
    }

    /// What an answer does not have though it was wanted.
    struct Lacking: Sendable {
        /// Places of blocks that lack something.
        let blocks: [Int]
        /// What some of them lack.
        let plan: FetchPlan
        /// Whether some of it was not read because the block was not known.
        let isLagging: Bool
        private static let lagTexts = [
            "header not found", "unknown block", "block not found", "header for hash not found",
            "could not find block", "cannot find block", "block does not exist",
        ]

        init(_ extras: [BlockExtras], _ plan: FetchPlan) {
            var blocks: [Int] = []
            var keys: Set<String> = []
            var lacksTips = false
            var isLagging = false
            for (index, block) in extras.enumerated() {
                let unread = block.readings.filter(Self.isUnread).map(\.key)
                isLagging = isLagging || block.readings.contains(where: Self.isOfUnknownBlock)
                let hasNoTips =
                    plan.wantsFees && !plan.tipPercentiles.isEmpty
                    && block.fees?.tipsWei.isEmpty == true
                guard !unread.isEmpty || hasNoTips else { continue }
                blocks.append(index)
                keys.formUnion(unread)
                lacksTips = lacksTips || hasNoTips
            }
            self.blocks = blocks
            self.isLagging = isLagging
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

        private static func isOfUnknownBlock(_ reading: Reading) -> Bool {
            guard case .unavailable(let why) = reading.outcome else { return false }
            return RPCErrorClassifier.has(why.lowercased(), Self.lagTexts)
        }

        private static func isUnread(_ reading: Reading) -> Bool {
            if case .unavailable = reading.outcome { true } else { false }
        }
    }
}
