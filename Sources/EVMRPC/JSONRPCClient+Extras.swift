// Weir
// SPDX-License-Identifier: Apache-2.0

package import ChainModel
import EVMPrimitives
package import WeirPorts

// What trackers want of blocks beside their logs: readings, fees and transactions of as many blocks
// as fit go out in one batch.
extension JSONRPCClient {
    /// A chunk of whole blocks ends where they used that much gas: some megabytes of JSON.
    private static let gasPerChunk: UInt64 = 150_000_000
    private static let blocksPerChunk = 32
    /// Beyond that many readings the next chunk begins.
    private static let readingsPerChunk = 2_000

    package func extras(
        of headers: [BlockHeader], plan: FetchPlan, isHead: Bool
    ) async throws(ChainClientError) -> [BlockExtras] {
        guard !plan.isEmpty else {
            return headers.map { BlockExtras(block: $0.ref, time: $0.timestamp) }
        }
        var extras: [BlockExtras] = []
        var next = 0
        while next < headers.count {
            let end = Self.endOfChunk(headers, from: next, plan)
            extras += try await self.extras(
                chunk: Array(headers[next..<end]), plan, isHead: isHead && end == headers.count,
                isContinuing: next > 0)
            next = end
        }
        return extras
    }

    @concurrent
    private func extras(
        chunk headers: [BlockHeader], _ plan: FetchPlan, isHead: Bool, isContinuing: Bool
    ) async throws(ChainClientError) -> [BlockExtras] {
        var states =
            plan.readings.isEmpty ? [] : headers.map { StateQuestion($0.ref, plan.readings) }
        let form = self.form(headers, plan)
        var calls: [RPCCall] = []
        var places: [Range<Int>] = []
        for index in states.indices {
            let own = states[index].calls(form)
            places.append(calls.count..<(calls.count + own.count))
            calls += own
        }
        var fees =
            plan.wantsFees
            ? FeeQuestion(headers, percentiles: plan.tipPercentiles, isHead: isHead) : nil
        let feePlace = calls.count..<(calls.count + (fees?.calls.count ?? 0))
        calls += fees?.calls ?? []
        let blockPlace = calls.count
        if plan.transactions != nil { calls += self.callsForBlocks(headers, isHead: isHead) }
        let probed = self.probe(headers, plan, form, &calls)
        let outcomes =
            calls.isEmpty ? [] : try await self.perform(calls, continuing: isContinuing)

        for (index, place) in places.enumerated() {
            try states[index].take(outcomes[place], of: self.endpoint.name)
        }
        if let probed, case .success(.bytes(let code))? = outcomes.last {
            self.learn { $0.multicall.found(!code.isEmpty, at: probed) }
        }
        try await self.settle(&states, form)
        try fees?.take(outcomes[feePlace])
        var extras: [BlockExtras] = []
        for (index, header) in headers.enumerated() {
            extras.append(
                BlockExtras(
                    block: header.ref, time: header.timestamp, fees: fees?.fees[index],
                    readings: index < states.count ? states[index].readings : []))
        }
        if let filter = plan.transactions {
            let observed = try await self.transactions(
                of: headers, filter, outcomes[blockPlace...], isHead: isHead)
            for (index, transactions) in observed.enumerated() {
                extras[index].transactions = transactions
            }
        }
        return extras
    }

    private static func endOfChunk(
        _ headers: [BlockHeader], from start: Int, _ plan: FetchPlan
    ) -> Int {
        let blocksMax =
            plan.readings.isEmpty ? headers.count : max(1, readingsPerChunk / plan.readings.count)
        var end = start
        var gas: UInt64 = 0
        while end < headers.count, end - start < blocksMax {
            // A hostile header may state any number.
            gas = gas.addingReportingOverflow(headers[end].gasUsed).partialValue
            if plan.transactions != nil, end > start,
                gas > Self.gasPerChunk || end - start >= Self.blocksPerChunk
            {
                break
            }
            end += 1
        }
        return end
    }

    // MARK: Readings

    /// How readings are asked for first.
    private func form(_ headers: [BlockHeader], _ plan: FetchPlan) -> StateQuestion.Form {
        let features = self.features
        let gathers = headers.first.map { features.multicall.isUsable(at: $0.number) } ?? false
        return StateQuestion.Form(
            byHash: features.stateByHash, gathers: gathers, apart: features.multicall.apart)
    }

    /// Where many readings may go through Multicall3 and it is not known whether it is there, that is
    /// asked along; the block at which it is.
    private func probe(
        _ headers: [BlockHeader], _ plan: FetchPlan, _ form: StateQuestion.Form,
        _ calls: inout [RPCCall]
    ) -> BlockNumber? {
        guard let header = headers.first,
            plan.readings.count(where: { Multicall.call($0.subject) != nil })
                >= Multicall.callsMin,
            self.features.multicall.isUnknown(at: header.number)
        else { return nil }
        calls.append(
            .code(Multicall.address, at: form.byHash ? .hash(header.hash) : .number(header.number)))
        return header.number
    }

    /// Asks again, in other forms, what the first calls left open.
    private func settle(
        _ states: inout [StateQuestion], _ first: StateQuestion.Form
    ) async throws(ChainClientError) {
        guard let lowest = states.map(\.block.number).min() else { return }
        var form = first
        for _ in 0..<2 {
            let open = states.indices.filter { !states[$0].isAnswered }
            if open.isEmpty { break }
            if open.contains(where: { states[$0].refusesHash }) {
                form.byHash = false
            } else {
                form.gathers = false
            }
            if open.contains(where: { states[$0].isGatheringBroken }) {
                form.gathers = false
                self.learn { $0.multicall.failed(at: lowest) }
            }
            var calls: [RPCCall] = []
            var places: [Range<Int>] = []
            for index in open {
                let own = states[index].calls(form)
                places.append(calls.count..<(calls.count + own.count))
                calls += own
            }
            let outcomes = try await self.perform(calls, continuing: true)
            for (index, place) in zip(open, places) {
                try states[index].take(outcomes[place], of: self.endpoint.name)
            }
        }
        let failing = states.flatMap(\.failing)
        if !failing.isEmpty {
            self.learn { features in
                for subject in failing { features.multicall.keepApart(subject) }
            }
        }
        try await self.settleNumbers(states, isNew: first.byHash && !form.byHash)
    }

    /// What was read by number counts only if the number still names our block afterwards.
    private func settleNumbers(
        _ states: [StateQuestion], isNew: Bool
    ) async throws(ChainClientError) {
        let blocks = states.filter(\.wasAnsweredByNumber).map(\.block)
        guard !blocks.isEmpty else { return }
        if isNew { self.learn { $0.stateByHash = false } }
        for (block, named) in zip(blocks, try await self.refs(blocks.map(\.number)))
        where named != block {
            throw .behind(
                endpoint: self.endpoint.name,
                detail: "block \(block) is no longer the one at its height")
        }
    }
}
