// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainProofs
import EVMPrimitives
import WeirPorts

// Transactions that somebody wants, with their receipts.
extension JSONRPCClient {
    /// The most transactions of a block whose reason to fail is asked for.
    private static let revertsPerBlock = 20

    /// Whole blocks, and at the head their receipts too, while blocks mostly have wanted transactions.
    func callsForBlocks(_ headers: [BlockHeader], isHead: Bool) -> [RPCCall] {
        var calls = headers.map { RPCCall.wholeBlock(.hash($0.hash)) }
        guard isHead, self.expectsTransactions else { return calls }
        switch self.features.receipts {
        case .blockHash: calls += headers.map { .receipts(.hash($0.hash)) }
        case .blockNumber: calls += headers.map { .receipts(.number($0.number)) }
        case .transactions: break
        }
        return calls
    }

    /// The wanted transactions of each block.
    ///
    /// - Parameter outcomes: of ``callsForBlocks(_:isHead:)``.
    /// - Throws: `.unproven` where the level of verification asks for receipts and they, or the
    ///   transactions, do not belong to the block.
    func transactions(
        of headers: [BlockHeader], _ filter: TransactionFilter,
        _ outcomes: ArraySlice<Result<RPCValue, ChainClientError>>, isHead: Bool
    ) async throws(ChainClientError) -> [[ObservedTransaction]] {
        var observations: [BlockObservation] = []
        for (header, outcome) in zip(headers, outcomes) {
            let transactions = try self.transactions(outcome, of: header)
            observations.append(BlockObservation(header, transactions, filter))
        }
        let isWanted = observations.map { !$0.candidates.isEmpty }
        if isHead { for wanted in isWanted { self.note(hasTransactions: wanted) } }
        var receipts = self.receipts(outcomes.dropFirst(headers.count), headers)
        let open = isWanted.indices.filter { isWanted[$0] && receipts[$0] == nil }
        if !open.isEmpty {
            let isProving = self.verification.level == .receipts
            let asked = open.map { index in
                BlockOutline(
                    header: headers[index],
                    transactions: isProving
                        ? observations[index].transactions.map(\.hash)
                        : observations[index].candidateHashes)
            }
            for (index, answer) in zip(open, try await self.receipts(of: asked)) {
                receipts[index] = answer
            }
        }
        var observed: [[ObservedTransaction]] = []
        for index in observations.indices {
            guard isWanted[index], let receipts = receipts[index] else {
                observed.append([])
                continue
            }
            try self.prove(observations[index], receipts)
            do throws(BlockObservation.Fault) {
                observed.append(try observations[index].observe(receipts))
            } catch {
                throw self.bad("eth_getBlockReceipts", "block \(headers[index].ref): \(error)")
            }
        }
        try await self.explain(&observed, observations)
        return observed
    }

    private func transactions(
        _ outcome: Result<RPCValue, ChainClientError>, of header: BlockHeader
    ) throws(ChainClientError) -> [Transaction] {
        guard case .block(let block) = try outcome.get() else {
            throw .behind(
                endpoint: self.endpoint.name, detail: "block \(header.ref), null instead")
        }
        guard block.header.hash == header.hash else {
            throw self.bad(
                "eth_getBlockByHash",
                "asked for block \(header.hash.short), got \(block.header.hash.short)")
        }
        guard let transactions = block.transactions else {
            throw self.bad(
                "eth_getBlockByHash", "hashes of transactions, though they were asked in full")
        }
        return transactions
    }

    /// Receipts that came with the blocks, where they are of the block's own transactions.
    private func receipts(
        _ outcomes: ArraySlice<Result<RPCValue, ChainClientError>>, _ headers: [BlockHeader]
    ) -> [[Receipt]?] {
        var rest = outcomes
        return headers.map { _ in
            // What did not come is asked for again, in another form where need be.
            guard case .success(.receipts(let answer))? = rest.popFirst() else { return nil }
            return answer.receipts
        }
    }

    /// At the level of receipts: roots, hashes and senders. Receipts of other transactions are refused
    /// at any level.
    private func prove(
        _ observation: BlockObservation, _ receipts: [Receipt]
    ) throws(ChainClientError) {
        guard self.verification.level == .receipts else { return }
        let (header, transactions) = (observation.header, observation.transactions)
        try self.prove { () throws(BlockDisproof) in
            try BlockProof.check(receipts, of: header, transactions: transactions.map(\.hash))
        }
        var verdict = BlockVerdict()
        verdict.check(transactions, of: header)
        guard verdict.failures.isEmpty else {
            throw self.unproven(BlockDisproof(.transactions, header.ref))
        }
    }

    /// Asks why transactions failed: the same call on the state before the block. That is not always
    /// the state that the transaction met, so a call that does well there says nothing.
    private func explain(
        _ observed: inout [[ObservedTransaction]], _ observations: [BlockObservation]
    ) async throws(ChainClientError) {
        let byHash = self.features.stateByHash
        var calls: [RPCCall] = []
        var places: [(block: Int, index: Int)] = []
        for (block, observation) in observations.enumerated() {
            guard let parent = observation.header.number.previous else { continue }
            let selector: BlockSelector =
                byHash ? .hash(observation.header.parentHash) : .number(parent)
            for index in observation.failed.prefix(Self.revertsPerBlock) {
                let transaction = observation.transactions[index]
                guard transaction.to != nil else { continue }
                calls.append(.execution(of: transaction, at: selector))
                places.append((block, index))
            }
        }
        if calls.isEmpty { return }
        for (place, outcome) in zip(places, try await self.perform(calls, continuing: true)) {
            guard case .success(.reverted(let data)) = outcome,
                let found = observed[place.block].firstIndex(where: { $0.index == place.index })
            else { continue }
            observed[place.block][found].revertData = Array(
                data.prefix(StateQuestion.answerMax))
        }
    }
}
